"""Whether the number of the output is the expected one, within a tolerance."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from functools import partial
from typing import Literal

from pydantic import Field

from answerable.evaluation.evaluators.context import EvaluatorContext
from answerable.evaluation.evaluators.json_values import is_close
from answerable.evaluation.evaluators.kind import CodeEvaluator, Kind, Options, make_version, to_flag
from answerable.evaluation.evaluators.references import list_references
from answerable.evaluation.evaluators.wording import without_markers
from answerable.evaluation.types import Case, Evaluator, Metric, Output, Score

_VERSION = 1
_NUMBER = re.compile(
    r"(?<![\w.])[-+−]?(?:\d{1,3}(?:([,.'’\u00a0\u202f])\d{3})+(?!\d)|\d+)(?:[.,]\d+)?(?:[eE][-+]?\d+)?(?![.,]?\d)"
)
_GROUPS = re.compile(r"['’\u00a0\u202f]")


class NumericOptions(Options):
    """`absolute` is in the number's own unit, `relative` a share of the expected number; within either is right.

    `which` number of a text counts. `decimal` is the sign before the fraction; the other one groups thousands.
    """

    absolute: float = Field(0.0, ge=0)
    relative: float = Field(0.0, ge=0)
    which: Literal["first", "last", "any"] = "last"
    decimal: Literal[".", ","] = "."


def list_numbers(text: str, decimal: str = ".") -> list[float]:
    """Return the numbers of a text in its order: `1,234.5`, `-3`, `2e6`; a citation marker is none."""
    found = (_parse(match.group(), decimal) for match in _NUMBER.finditer(without_markers(text)))
    return [number for number in found if number is not None]


def _parse(text: str, decimal: str) -> float | None:
    grouping = "," if decimal == "." else "."
    plain = _GROUPS.sub("", text).replace(grouping, "").replace(decimal, ".").replace("−", "-")
    try:
        number = float(plain)
    except ValueError:
        return None
    return number if math.isfinite(number) else None


def _score(case: Case, options: NumericOptions, metric: str) -> Sequence[Score]:
    wanted = _list_wanted(case, options)
    if not wanted or case.example.refuse:
        return ()
    given = _list_given(case.output, options)
    fits = any(
        is_close(right, number, absolute=options.absolute, relative=options.relative)
        for right in wanted
        for number in given
    )
    reason = "" if given else "There is no number in the output."
    return (Score(metric, to_flag(fits), reason=reason, details={"given": given, "expected": wanted}),)


def _list_wanted(case: Case, options: NumericOptions) -> list[float]:
    """Return the numbers that are right: each reference that holds just one."""
    read = (list_numbers(text, options.decimal) for text in list_references(case.example))
    expected = case.example.expected
    if isinstance(expected, int | float) and not isinstance(expected, bool):
        return [float(expected)]
    return [numbers[0] for numbers in read if len(numbers) == 1]


def _list_given(output: Output, options: NumericOptions) -> list[float]:
    if isinstance(output.data, int | float) and not isinstance(output.data, bool):
        return [float(output.data)]
    numbers = list_numbers(output.text, options.decimal)
    return {"first": numbers[:1], "last": numbers[-1:], "any": numbers}[options.which]


def _open(options: NumericOptions, _: EvaluatorContext) -> Evaluator:
    id = options.name or "numeric"
    metric = Metric(
        id, kind="binary", description="1 when the number is the expected one within tolerance, else 0"
    )
    return CodeEvaluator(
        id, make_version(_VERSION, options), (metric,), partial(_score, options=options, metric=id)
    )


KIND = Kind(
    NumericOptions,
    _open,
    "the number of the output is the expected one within an `absolute` or `relative` tolerance",
)
