"""Whether the target refuses what it should, and nothing else."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from pydantic import field_validator

from answerable.evaluation.evaluators.abstaining import has_abstained
from answerable.evaluation.evaluators.context import EvaluatorContext
from answerable.evaluation.evaluators.kind import (
    CodeEvaluator,
    Kind,
    Options,
    make_prefix,
    make_version,
    to_flag,
)
from answerable.evaluation.types import Case, Evaluator, Metric, Score
from answerable.traces.redaction.patterns import BadPatternError, Pattern, compile_pattern

_VERSION = 1


class RefusalOptions(Options):
    """`patterns` (RE2, capitals do not count) are what a target says when it refuses in words of its own."""

    patterns: tuple[str, ...] = ()

    @field_validator("patterns")
    @classmethod
    def _check(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        try:
            for pattern in value:
                compile_pattern(pattern)
        except BadPatternError as error:
            raise ValueError(f"It is no expression of RE2: {error}") from error
        return value


def _score(case: Case, patterns: Sequence[Pattern], prefix: str) -> Sequence[Score]:
    example = case.example
    answerable = example.expected is not None or bool(example.acceptable) or bool(example.evidence)
    if not example.refuse and not answerable:
        return ()
    text = case.output.text.encode("utf-8", "replace")
    refused = has_abstained(case.output) or any(pattern.search(text) for pattern in patterns)
    correct = Score(
        f"{prefix}refusal_correct", to_flag(refused == example.refuse), _tell(refused, example.refuse)
    )
    if example.refuse:
        return correct, Score(f"{prefix}missed_refusal", to_flag(not refused))
    return correct, Score(f"{prefix}false_refusal", to_flag(refused))


def _tell(refused: bool, expected: bool) -> str:
    if refused == expected:
        return ""
    return "It answered what it should refuse." if expected else "It refused what can be answered."


def _open(options: RefusalOptions, _: EvaluatorContext) -> Evaluator:
    prefix = make_prefix(options)
    metrics = (
        Metric(
            f"{prefix}refusal_correct",
            kind="binary",
            description="1 when it refused just if it should, else 0",
        ),
        Metric(
            f"{prefix}false_refusal",
            better="lower",
            kind="binary",
            description="of examples that can be answered: 1 when it refused, else 0",
        ),
        Metric(
            f"{prefix}missed_refusal",
            better="lower",
            kind="binary",
            description="of examples that must be refused: 1 when it answered, else 0",
        ),
    )
    patterns = [compile_pattern(f"(?i:{pattern})") for pattern in options.patterns]
    score = partial(_score, patterns=patterns, prefix=prefix)
    return CodeEvaluator(options.name or "refusal", make_version(_VERSION, options), metrics, score)


KIND = Kind(RefusalOptions, _open, "the target refuses what it should and answers what can be answered")
