"""A truth value is no number in a request, although it is one to Python, where `true` would count as 1."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from functools import cache
from types import NoneType
from typing import Any, Final, get_args, get_origin

from pydantic.fields import FieldInfo

_NUMBERS: Final = frozenset({int, float, Decimal})
_NO_NUMBER: Final = object()
"""Stands in for a truth value: no number accepts it, and Pydantic says in its own words what it wants instead."""


def refuse_truth_values(sent: Any, fields: Mapping[str, FieldInfo]) -> Any:
    """Return what was sent, with each truth value that stands for a number made something that is refused as one."""
    if not isinstance(sent, Mapping):
        return sent
    return {name: _refuse(value, fields[name]) if name in fields else value for name, value in sent.items()}


def _refuse(value: Any, field: FieldInfo) -> Any:
    annotation: Any = field.annotation
    if isinstance(value, bool):
        return _NO_NUMBER if _takes_numbers(annotation) else value
    if isinstance(value, dict) and _holds_numbers(annotation):
        return {name: _NO_NUMBER if isinstance(entry, bool) else entry for name, entry in value.items()}
    return value


@cache
def _takes_numbers(annotation: Any) -> bool:
    """Tell whether a field takes numbers and nothing else, but for null."""
    kinds = set(get_args(annotation) or [annotation]) - {NoneType}
    return bool(kinds) and kinds <= _NUMBERS


@cache
def _holds_numbers(annotation: Any) -> bool:
    """Tell whether a field is a dictionary of numbers."""
    return get_origin(annotation) is dict and _takes_numbers(get_args(annotation)[1])
