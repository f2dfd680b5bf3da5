"""How much of the expected JSON is right, field by field."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from typing import Any

from pydantic import Field
from rapidfuzz.distance import Indel

from answerable.evaluation.evaluators.context import EvaluatorContext
from answerable.evaluation.evaluators.json_values import ABSENT, is_close, is_equal, is_list, read_output
from answerable.evaluation.evaluators.kind import (
    CodeEvaluator,
    Kind,
    Options,
    make_prefix,
    make_version,
    to_flag,
)
from answerable.evaluation.evaluators.wording import tidy
from answerable.evaluation.types import Case, Evaluator, Metric, Score

_VERSION = 1


class JsonFieldsOptions(Options):
    """`fields` are top-level names; without them every field that is expected counts alike.

    `similar` gives a text that is nearly right the share of it that is, instead of nothing. `extra`: fields that were
    not expected count as wrong.
    """

    fields: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()
    weights: Mapping[str, float] = Field(
        {}, description="how much a top-level field counts, 1 where it is not named"
    )
    absolute: float = Field(0.0, ge=0)
    relative: float = Field(0.0, ge=0)
    ignore_case: bool = False
    similar: bool = False
    extra: bool = False


def _score(case: Case, options: JsonFieldsOptions, prefix: str) -> Sequence[Score]:
    expected = case.example.expected
    if not isinstance(expected, Mapping) or not expected:
        return ()
    given = read_output(case.output)
    found = given if isinstance(given, Mapping) else {}
    shares = {
        name: _compare(expected.get(name, ABSENT), found.get(name, ABSENT), options)
        for name in _list_names(expected, found, options)
    }
    if not shares:
        return ()
    weights = {name: options.weights.get(name, 1.0) for name in shares}
    total = sum(weights.values())
    mean = sum(shares[name] * weights[name] for name in shares) / total if total > 0 else 0.0
    wrong = [name for name, share in shares.items() if share < 1.0]
    reason = "" if isinstance(given, Mapping) else "The output is no JSON object."
    details = {"fields": {name: round(share, 6) for name, share in shares.items()}}
    return (
        Score(f"{prefix}json_fields", mean, reason or _tell(wrong), details=details),
        Score(f"{prefix}json_exact", to_flag(not wrong)),
        *(Score(f"{prefix}json_fields.{name}", shares[name]) for name in options.fields if name in shares),
    )


def _tell(wrong: Sequence[str]) -> str:
    return f"Not right: {', '.join(wrong)}." if wrong else ""


def _list_names(
    expected: Mapping[str, Any], given: Mapping[str, Any], options: JsonFieldsOptions
) -> list[str]:
    names = [name for name in expected if not options.fields or name in options.fields]
    if options.extra and not options.fields:
        names += [name for name in given if name not in expected]
    return [name for name in names if name not in options.ignore]


def _compare(expected: Any, given: Any, options: JsonFieldsOptions) -> float:
    """Return how much of a value is right, 0 to 1: the mean over the fields of an object or the places of a list."""
    if isinstance(expected, Mapping) and isinstance(given, Mapping) and expected:
        shares = [_compare(value, given.get(name, ABSENT), options) for name, value in expected.items()]
        shares += [0.0 for name in given if options.extra and name not in expected]
        return sum(shares) / len(shares)
    if is_list(expected) and is_list(given) and expected:
        shares = [_compare(one, other, options) for one, other in _pair(expected, given)]
        return sum(shares) / len(shares)
    return _compare_plain(expected, given, options)


def _pair(expected: Sequence[Any], given: Sequence[Any]) -> Iterator[tuple[Any, Any]]:
    """Yield the entries place by place; the longer of the two has ABSENT beside its last ones."""
    for place in range(max(len(expected), len(given))):
        yield (
            expected[place] if place < len(expected) else ABSENT,
            given[place] if place < len(given) else ABSENT,
        )


def _compare_plain(expected: Any, given: Any, options: JsonFieldsOptions) -> float:
    if isinstance(expected, str) and isinstance(given, str):
        one, other = (tidy(text, ignore_case=options.ignore_case) for text in (expected, given))
        return Indel.normalized_similarity(one, other) if options.similar else to_flag(one == other)
    if _is_number(expected) and _is_number(given):
        return to_flag(is_close(expected, given, absolute=options.absolute, relative=options.relative))
    return to_flag(is_equal(expected, given))


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _open(options: JsonFieldsOptions, _: EvaluatorContext) -> Evaluator:
    prefix = make_prefix(options)
    metrics = (
        Metric(f"{prefix}json_fields", description="mean share of each expected field that is right"),
        Metric(f"{prefix}json_exact", kind="binary", description="1 when every field is right, else 0"),
        *(
            Metric(f"{prefix}json_fields.{name}", description=f"share of `{name}` that is right")
            for name in options.fields
        ),
    )
    id = options.name or "json_fields"
    return CodeEvaluator(
        id, make_version(_VERSION, options), metrics, partial(_score, options=options, prefix=prefix)
    )


KIND = Kind(
    JsonFieldsOptions, _open, "the share of the expected JSON fields that are right, with partial credit"
)
