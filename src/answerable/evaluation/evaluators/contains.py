"""Whether what is expected stands somewhere in the output."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from pydantic import Field, field_validator

from answerable.evaluation.evaluators.context import EvaluatorContext
from answerable.evaluation.evaluators.json_values import is_list
from answerable.evaluation.evaluators.kind import CodeEvaluator, Kind, Options, make_version, to_flag
from answerable.evaluation.evaluators.references import list_references
from answerable.evaluation.evaluators.wording import tidy
from answerable.evaluation.types import Case, Evaluator, Metric, Score

_VERSION = 1


class ContainsOptions(Options):
    """`text` are fixed texts; without them it is the expected or an acceptable one that must stand in the output.

    `all`: every one of them must. `absent`: none of them may.
    """

    text: tuple[str, ...] = Field((), description="one text or several")
    ignore_case: bool = False
    all: bool = False
    absent: bool = False

    @field_validator("text", mode="before")
    @classmethod
    def _wrap(cls, value: object) -> object:
        return (value,) if isinstance(value, str) else value

    @field_validator("text")
    @classmethod
    def _refuse_empty(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        if not all(text.strip() for text in value):
            raise ValueError("An empty text stands in every output")
        return value


def _score(case: Case, options: ContainsOptions, metric: str) -> Sequence[Score]:
    wanted, need_all = _list_wanted(case, options)
    if not wanted:
        return ()
    text = tidy(case.output.text, ignore_case=options.ignore_case)
    missing = [one for one in wanted if tidy(one, ignore_case=options.ignore_case) not in text]
    found = len(wanted) - len(missing)
    if options.absent:
        return (Score(metric, to_flag(not found), details={"missing": missing}),)
    value = not missing if need_all else found > 0
    return (Score(metric, to_flag(value), details={"missing": missing}),)


def _list_wanted(case: Case, options: ContainsOptions) -> tuple[Sequence[str], bool]:
    """Return the texts to look for, and whether all of them are needed: a list that is expected is needed whole."""
    if options.text:
        return options.text, options.all
    expected = case.example.expected
    if case.example.refuse:
        return (), False
    if is_list(expected) and expected and all(isinstance(one, str) for one in expected):
        return tuple(expected), True
    return [text for text in list_references(case.example) if text.strip()], options.all


def _open(options: ContainsOptions, _: EvaluatorContext) -> Evaluator:
    id = options.name or "contains"
    what = "stands nowhere in the output" if options.absent else "stands in the output"
    metric = Metric(id, kind="binary", description=f"1 when the text {what}, else 0")
    return CodeEvaluator(
        id, make_version(_VERSION, options), (metric,), partial(_score, options=options, metric=id)
    )


KIND = Kind(
    ContainsOptions,
    _open,
    "the expected text, an acceptable one, every text of an expected list, or a fixed `text` stands in the output",
    short="text",
)
