"""The filters of traces as options, the same for every command that has them."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from functools import wraps
from typing import Annotated, Any, Final

import typer

from answerable.core.clock import SystemClock
from answerable.traces.reading.queries import Query, read_query
from answerable.traces.types import TraceFilter
from answerable.traces.views.service import ViewService

_VIEW: Final = "view"


def _text(flag: str, help: str) -> Any:
    return Annotated[str | None, typer.Option(flag, help=help, rich_help_panel="Filters")]


def _number(flag: str, help: str) -> Any:
    return Annotated[float | None, typer.Option(flag, help=help, rich_help_panel="Filters")]


def _switch(flags: str, help: str) -> Any:
    return Annotated[bool | None, typer.Option(flags, help=help, rich_help_panel="Filters")]


OPTIONS: Final[dict[str, Any]] = {
    "app": _text("--app", "Only of this app."),
    "since": _text("--since", "From then on: 30m, 1h, 7d, 2026-11-21 or 2026-11-21T09:30Z."),
    "until": _text("--until", "Before then, written in the same way."),
    "status": _text("--status", "ok, error or cancelled."),
    "error_code": _text("--error", "With this error code."),
    "variant": _text("--variant", "A variant's name or id, or the start of its hash."),
    "label": _text("--label", "Found by this label."),
    "user": _text("--user", "Of this end user."),
    "key_id": _text("--key", "Asked with the key of this id."),
    "conversation_id": _text("--conversation", "Of this conversation."),
    "model": _text("--model", "Answered by this model, as provider:model."),
    "collection": _text("--collection", "Over this collection."),
    "purpose": Annotated[
        list[str] | None,
        typer.Option(
            "--purpose",
            help="serve, trial, batch, eval, judge or online (repeat).",
            rich_help_panel="Filters",
        ),
    ],
    "verdict": _text("--verdict", "With such a sentence: supported, partial, unsupported or unchecked."),
    "feedback": _text("--feedback", "up, down, any or none."),
    "text": _text("--text", "With all of these words in input or answer."),
    "min_duration_ms": _number("--min-ms", "Took at least so many milliseconds."),
    "min_cost_usd": _text("--min-cost", "Cost at least so many US dollars."),
    "max_retrieval_score": _number("--max-score", "Whose best passage scored at most this."),
    "cached": _switch("--cached/--not-cached", "From the answer cache, or not."),
    "abstained": _switch("--abstained/--answered", "Without an answer, or with one."),
    _VIEW: _text("--view", "Begin with a saved view; other options go before it."),
}
"""Field of the filter -> option."""


def takes_filters(command: Callable[..., None]) -> Callable[..., None]:
    """Give a command the options of the filters. It gets what was set as `query`, its first parameter."""
    own = [
        parameter
        for name, parameter in inspect.signature(command, eval_str=True).parameters.items()
        if name != "query"
    ]
    options = [
        inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, default=None, annotation=annotation)
        for name, annotation in OPTIONS.items()
    ]
    parameters = [
        *(parameter.replace(kind=inspect.Parameter.KEYWORD_ONLY) for parameter in own),
        *options,
    ]

    @wraps(command)
    def run(**values: Any) -> None:
        given = {name: values.pop(name) for name in OPTIONS}
        command({name: value for name, value in given.items() if value not in (None, [])}, **values)

    run.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]
    run.__annotations__ = {parameter.name: parameter.annotation for parameter in parameters}
    return run


async def find_filter(query: Query, views: ViewService) -> TraceFilter:
    """Return the filter of the options. Raises NotFound for a view that there is not, and InvalidInput."""
    given = dict(query)
    name = given.pop(_VIEW, None)
    saved = {} if name is None else (await views.get_view(name)).query
    return read_query({**saved, **given}, now=SystemClock().now())
