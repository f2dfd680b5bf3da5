"""The filters of traces as query parameters, the same for every route that has them."""

from __future__ import annotations

from typing import Annotated

from fastapi import Depends, Query

from answerable.api.security import ServicesDep
from answerable.core.clock import SystemClock
from answerable.traces.reading.queries import read_query
from answerable.traces.types import TraceFilter

Text = Annotated[str | None, Query(max_length=400)]
Moment = Annotated[str | None, Query(max_length=50, description="ISO 8601, or an age such as `1h` or `7d`")]


async def get_filter(
    services: ServicesDep,
    view: Annotated[str | None, Query(description="a saved view; what else is given goes before it")] = None,
    app: Text = None,
    variant: Annotated[str | None, Query(max_length=400, description="name, id or start of the hash")] = None,
    label: Text = None,
    user: Text = None,
    key_id: Annotated[str | None, Query(description="of the API key that asked")] = None,
    conversation_id: Text = None,
    model: Annotated[str | None, Query(max_length=400, description="`provider:model`")] = None,
    collection: Text = None,
    purpose: Annotated[
        list[str] | None, Query(description="serve, trial, batch, eval, judge, online")
    ] = None,
    status: Annotated[str | None, Query(description="ok, error or cancelled")] = None,
    error_code: Text = None,
    since: Moment = None,
    until: Annotated[str | None, Query(max_length=50, description="as `since`; exclusive")] = None,
    min_duration_ms: float | None = None,
    min_cost_usd: str | None = None,
    cached: bool | None = None,
    abstained: bool | None = None,
    verdict: Annotated[
        str | None,
        Query(description="supported, partial, unsupported or unchecked: with at least one such sentence"),
    ] = None,
    feedback: Annotated[str | None, Query(description="up, down, any or none")] = None,
    max_retrieval_score: float | None = None,
    text: Annotated[str | None, Query(description="words that are all in the input or the answer")] = None,
) -> TraceFilter:
    """Raises InvalidFields with all that is wrong, and NotFound for a view that there is not."""
    given = {name: value for name, value in locals().items() if name not in {"services", "view"}}
    given = {name: value for name, value in given.items() if value is not None}
    saved = {} if view is None else (await services.trace_views.get_view(view)).query
    return read_query({**saved, **given}, now=SystemClock().now())


FilterDep = Annotated[TraceFilter, Depends(get_filter)]
