"""A caller's filter and document groups, as one SQL condition over `document AS d` with its parameters.

    {"lang": "en"}                        metadata equals
    {"year": {"gte": 2020, "lt": 2024}}   metadata in a range: numbers by size, texts (ISO dates too) by code point
    {"tag": {"in": ["a", "b"]}}           metadata is one of; also "ne", "exists"
    {"document.uri": "docs/a.md"}         the document itself: id, uri, title, language, media_type

A metadata value that is a list matches when one of its items does. All keys must match.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from math import isfinite
from typing import Any, Final
from uuid import UUID

from answerable.core.errors import InvalidInput
from answerable.knowledge.types import Groups

_MAX_KEYS: Final = 20
_MAX_VALUES: Final = 1000
_MAX_LENGTH: Final = 500
_PREFIX: Final = "document."
_COLUMNS: Final = frozenset({"id", "uri", "title", "language", "media_type"})
_RANGES: Final = {"gt": ">", "gte": ">=", "lt": "<", "lte": "<="}
_HINT: Final = (
    'Use {"key": value}, {"key": {"in": [...]}}, {"key": {"gte": value}} (gt, gte, lt, lte, ne, exists), '
    'or "document.uri" and its like (id, uri, title, language, media_type) as key.'
)

Scalar = str | int | float | bool | None


@dataclass(frozen=True, slots=True)
class Condition:
    """A condition for a WHERE clause; `sql` is empty when everything is allowed."""

    sql: str
    params: tuple[Any, ...]

    def __bool__(self) -> bool:
        return bool(self.sql)


def compile_condition(groups: Groups, filter: Mapping[str, Any] | None) -> Condition:
    """Compile who asks and what they filter by. Raises InvalidInput for a filter that cannot be understood."""
    parts: list[Condition] = []
    if groups is not None:
        parts.append(Condition("(d.groups IS NULL OR d.groups && %s::text[])", (sorted(groups),)))
    if filter:
        if len(filter) > _MAX_KEYS:
            raise _refuse(f"A filter may have {_MAX_KEYS} keys, this one has {len(filter)}.")
        parts.extend(_compile_key(key, value) for key, value in filter.items())
    return Condition(
        " AND ".join(part.sql for part in parts), tuple(value for part in parts for value in part.params)
    )


def _compile_key(key: str, value: Any) -> Condition:
    if not isinstance(key, str) or not 0 < len(key) <= _MAX_LENGTH or not _storable(key):
        raise _refuse(f"A filter key must be a text of 1 to {_MAX_LENGTH} characters.")
    operators = value if isinstance(value, Mapping) else {"eq": value}
    if not operators:
        raise _refuse(f"The filter for {key!r} is empty.")
    compile_one = _compile_column if key.startswith(_PREFIX) else _compile_metadata
    parts = [compile_one(key, operator, operand) for operator, operand in operators.items()]
    return Condition(" AND ".join(p.sql for p in parts), tuple(v for p in parts for v in p.params))


def _compile_metadata(key: str, operator: str, operand: Any) -> Condition:
    if operator == "eq":
        return _contains(key, [_scalar(key, operand)])
    if operator == "ne":
        inner = _contains(key, [_scalar(key, operand)])
        return Condition(f"NOT {inner.sql}", inner.params)
    if operator == "in":
        return _contains(key, [_scalar(key, item) for item in _items(key, operand)])
    if operator == "exists":
        if not isinstance(operand, bool):
            raise _refuse(f'"exists" for {key!r} takes true or false.')
        return Condition("jsonb_exists(d.metadata, %s) = %s", (key, operand))
    if operator in _RANGES:
        return _range(key, _RANGES[operator], _scalar(key, operand))
    raise _refuse(f"The filter for {key!r} uses {operator!r}, which is not an operator.")


def _contains(key: str, values: list[Scalar]) -> Condition:
    """`@>` finds a value as such, and in a list that holds it; the GIN index of the metadata serves both."""
    forms = [json.dumps({key: form}) for value in values for form in (value, [value])]
    return Condition("(d.metadata @> ANY(%s::jsonb[]))", (forms,))


def _range(key: str, comparison: str, value: Scalar) -> Condition:
    """A JSON path compares numbers with numbers and texts with texts only, and looks into lists by itself."""
    if value is None or isinstance(value, bool):
        raise _refuse(f"A range for {key!r} takes a number or a text.")
    path = f"$.{json.dumps(key)} ? (@ {comparison} $bound)"
    sql = "jsonb_path_exists(d.metadata, %s::jsonpath, %s::jsonb, true)"
    return Condition(sql, (path, json.dumps({"bound": value})))


def _compile_column(key: str, operator: str, operand: Any) -> Condition:
    column = key.removeprefix(_PREFIX)
    if column not in _COLUMNS:
        raise _refuse(f"{key!r} is not a field of a document.")
    if operator not in {"eq", "ne", "in"}:
        raise _refuse(f"{key!r} knows eq, ne and in, not {operator!r}.")
    items = _items(key, operand) if operator == "in" else [operand]
    values = [_uuid(item) if column == "id" else _text(key, item) for item in items]
    kind = "uuid" if column == "id" else "text"
    sql = f"d.{column} = ANY(%s::{kind}[])"
    return Condition(f"NOT {sql}" if operator == "ne" else sql, (values,))


def _items(key: str, operand: Any) -> list[Any]:
    if not isinstance(operand, list | tuple) or not 0 < len(operand) <= _MAX_VALUES:
        raise _refuse(f'"in" for {key!r} takes a list of 1 to {_MAX_VALUES} values.')
    return list(operand)


def _scalar(key: str, value: Any) -> Scalar:
    if isinstance(value, str):
        return _text(key, value)
    if value is None or isinstance(value, bool | int) or (isinstance(value, float) and isfinite(value)):
        return value
    raise _refuse(f"The filter value for {key!r} must be a text, a finite number, true, false or null.")


def _text(key: str, value: Any) -> str:
    if not isinstance(value, str) or len(value) > _MAX_LENGTH or not _storable(value):
        raise _refuse(f"The filter value for {key!r} must be a text of at most {_MAX_LENGTH} characters.")
    return value


def _storable(text: str) -> bool:
    """PostgreSQL stores neither NUL nor half of a surrogate pair, so nothing stored can be equal to them."""
    return "\0" not in text and not any("\ud800" <= character <= "\udfff" for character in text)


def _uuid(value: Any) -> UUID:
    try:
        return value if isinstance(value, UUID) else UUID(str(value))
    except ValueError:
        raise _refuse(f"{str(value)[:60]!r} is not a document id.") from None


def _refuse(detail: str) -> InvalidInput:
    return InvalidInput(detail, hint=_HINT, code="invalid_filter")
