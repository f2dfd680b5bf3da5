"""Whether the output has a pattern."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from pydantic import field_validator

from answerable.evaluation.evaluators.context import EvaluatorContext
from answerable.evaluation.evaluators.kind import CodeEvaluator, Kind, Options, make_version, to_flag
from answerable.evaluation.types import Case, Evaluator, Metric, Score
from answerable.traces.redaction.patterns import BadPatternError, Pattern, compile_pattern

_VERSION = 1


class RegexOptions(Options):
    """`pattern` is of RE2: it takes linear time on any text, and knows no look-around. `whole`: all of the output."""

    pattern: str
    ignore_case: bool = False
    whole: bool = False
    absent: bool = False

    @field_validator("pattern")
    @classmethod
    def _check(cls, value: str) -> str:
        try:
            compile_pattern(value)
        except BadPatternError as error:
            raise ValueError(f"It is no expression of RE2: {error}") from error
        return value


def _score(case: Case, pattern: Pattern, options: RegexOptions, metric: str) -> Sequence[Score]:
    text = case.output.text.strip().encode("utf-8", "replace")
    found = pattern.fullmatch(text) if options.whole else pattern.search(text)
    return (Score(metric, to_flag((found is None) == options.absent)),)


def _open(options: RegexOptions, _: EvaluatorContext) -> Evaluator:
    id = options.name or "regex"
    pattern = compile_pattern(f"(?i:{options.pattern})" if options.ignore_case else options.pattern)
    what = "has not" if options.absent else "has"
    metric = Metric(id, kind="binary", description=f"1 when the output {what} the pattern, else 0")
    score = partial(_score, pattern=pattern, options=options, metric=id)
    return CodeEvaluator(id, make_version(_VERSION, options), (metric,), score)


KIND = Kind(RegexOptions, _open, "the output has a `pattern` (RE2)", short="pattern")
