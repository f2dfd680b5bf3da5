"""JSON that was expected held against JSON that came."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Mapping, Sequence
from typing import Any, Final

from answerable.evaluation.types import Output

_FENCED = re.compile(r"```(?:json)?[ \t]*\n(.*?)\n[ \t]*```", re.DOTALL)


class _Absent:
    """What stands where there is no value; JSON has no such thing."""

    def __repr__(self) -> str:
        return "nothing"


ABSENT: Final = _Absent()


def read_output(output: Output) -> Any:
    """Return the JSON of an output: its data, else what its text or its first code block holds; ABSENT for none."""
    if output.data is not None:
        return output.data
    fenced = _FENCED.search(output.text)
    for text in (output.text, fenced.group(1) if fenced else ""):
        try:
            return json.loads(text)
        except (ValueError, RecursionError):
            continue
    return ABSENT


def is_equal(one: Any, other: Any) -> bool:
    """Whether two JSON values are equal: the order of keys does not count, 1 is 1.0, and true is not 1."""
    if isinstance(one, bool) or isinstance(other, bool):
        return one is other
    if isinstance(one, int | float) and isinstance(other, int | float):
        return one == other
    if isinstance(one, Mapping) and isinstance(other, Mapping):
        return one.keys() == other.keys() and all(is_equal(one[key], other[key]) for key in one)
    if is_list(one) and is_list(other):
        return len(one) == len(other) and all(map(is_equal, one, other))
    return type(one) is type(other) and bool(one == other)


def is_subset(expected: Any, given: Any) -> bool:
    """Whether what is expected stands in what is given: every key of a mapping, at any depth; else equal."""
    if isinstance(expected, Mapping) and isinstance(given, Mapping):
        return all(key in given and is_subset(value, given[key]) for key, value in expected.items())
    if is_list(expected) and is_list(given):
        return len(expected) == len(given) and all(map(is_subset, expected, given))
    return is_equal(expected, given)


def is_list(value: Any) -> bool:
    return isinstance(value, Sequence) and not isinstance(value, str | bytes)


def is_close(one: float, other: float, *, absolute: float, relative: float) -> bool:
    """Whether `other` is within either tolerance of `one`; the relative one is a share of `one`."""
    return math.isfinite(other) and abs(one - other) <= max(absolute, relative * abs(one))
