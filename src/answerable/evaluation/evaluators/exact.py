"""Whether the output is just what is expected, or one of the acceptable texts."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from answerable.evaluation.evaluators.context import EvaluatorContext
from answerable.evaluation.evaluators.json_values import is_equal, read_output
from answerable.evaluation.evaluators.kind import CodeEvaluator, Kind, Options, make_version, to_flag
from answerable.evaluation.evaluators.references import list_references
from answerable.evaluation.evaluators.wording import tidy
from answerable.evaluation.types import Case, Evaluator, Metric, Score

_VERSION = 1


class ExactOptions(Options):
    """White space at the ends and runs of it never count."""

    ignore_case: bool = False
    ignore_punctuation: bool = False


def _score(case: Case, options: ExactOptions, metric: str) -> Sequence[Score]:
    if case.example.refuse:
        return ()
    references = list_references(case.example)
    if not references and case.example.expected is None:
        return ()
    return (Score(metric, to_flag(_is_same(case, references, options))),)


def _is_same(case: Case, references: Sequence[str], options: ExactOptions) -> bool:
    def normalise(text: str) -> str:
        return tidy(text, ignore_case=options.ignore_case, ignore_punctuation=options.ignore_punctuation)

    if references and normalise(case.output.text) in {normalise(text) for text in references}:
        return True
    expected = case.example.expected
    return (
        expected is not None
        and not isinstance(expected, str)
        and is_equal(expected, read_output(case.output))
    )


def _open(options: ExactOptions, _: EvaluatorContext) -> Evaluator:
    id = options.name or "exact"
    metric = Metric(id, kind="binary", description="1 when the output is what is expected, else 0")
    return CodeEvaluator(
        id, make_version(_VERSION, options), (metric,), partial(_score, options=options, metric=id)
    )


KIND = Kind(
    ExactOptions,
    _open,
    "the output is the expected text, an acceptable one, or equal JSON; white space aside",
)
