"""A filter as people and programs write it: `app`, `since=7d`, `min_cost_usd=0.01`, each a text."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import fields
from datetime import datetime
from typing import Any, Final

from pydantic import TypeAdapter, ValidationError

from answerable.core.errors import FieldProblem, InvalidFields
from answerable.core.moments import read_moment
from answerable.traces.types import TraceFilter

Query = Mapping[str, Any]
"""Field of TraceFilter -> text or JSON value. `purposes` may be written `purpose`, and be one or several."""

FIELDS: Final = tuple(field.name for field in fields(TraceFilter))
_FILTERS: Final = TypeAdapter(TraceFilter)
_HINT: Final = "See the guide on traces for the filters."


def read_query(query: Query, *, now: datetime) -> TraceFilter:
    """Return the filter that a query means at this moment. What is None or empty does not count.

    Raises InvalidFields with all that is wrong.
    """
    values = {_name(name): value for name, value in query.items() if not _is_empty(value)}
    unknown = [FieldProblem(name, "is not a filter.") for name in values if name not in FIELDS]
    if unknown:
        raise InvalidFields("The filter is not acceptable", unknown, hint=f"There are: {', '.join(FIELDS)}.")
    for name in ("since", "until"):
        if isinstance(values.get(name), str):
            values[name] = read_moment(values[name], now=now)
    if isinstance(values.get("purposes"), str):
        values["purposes"] = values["purposes"].split(",")
    try:
        return _FILTERS.validate_python(values)
    except ValidationError as error:
        raise InvalidFields(
            "The filter is not acceptable", list(_list_problems(error)), hint=_HINT
        ) from error


def _name(name: str) -> str:
    return "purposes" if name == "purpose" else name


def _is_empty(value: Any) -> bool:
    return value is None or (isinstance(value, str | list | tuple) and not value)


def _list_problems(error: ValidationError) -> Iterable[FieldProblem]:
    for problem in error.errors(include_url=False, include_context=False):
        yield FieldProblem(".".join(map(str, problem["loc"])), f"{problem['msg']}.")
