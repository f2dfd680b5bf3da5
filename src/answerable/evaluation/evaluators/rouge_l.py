"""How much of the expected wording the output has, in its order."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Literal

from rapidfuzz.distance import LCSseq

from answerable.evaluation.evaluators.context import EvaluatorContext
from answerable.evaluation.evaluators.kind import CodeEvaluator, Kind, Options, make_version
from answerable.evaluation.evaluators.references import list_wordings
from answerable.evaluation.evaluators.token_lists import split_words
from answerable.evaluation.evaluators.wording import without_markers
from answerable.evaluation.types import Case, Evaluator, Metric, Score

_VERSION = 2


class RougeOptions(Options):
    """`measure` is what is taken of the longest common subsequence of words."""

    measure: Literal["f1", "precision", "recall"] = "f1"


def measure_rouge_l(text: str, expected: str, measure: str = "f1") -> float:
    """Return ROUGE-L of two texts, without stemming (Lin 2004): precision is of `text`, recall of `expected`."""
    given, wanted = split_words(text), split_words(expected)
    if not given or not wanted:
        return 0.0
    common = LCSseq.similarity(given, wanted)
    length = {"precision": len(given), "recall": len(wanted), "f1": (len(given) + len(wanted)) / 2}[measure]
    return common / length


def _score(case: Case, measure: str, metric: str) -> Sequence[Score]:
    references = () if case.example.refuse else list_wordings(case.example)
    if not references:
        return ()
    text = without_markers(case.output.text)
    return (Score(metric, max(measure_rouge_l(text, reference, measure) for reference in references)),)


def _open(options: RougeOptions, _: EvaluatorContext) -> Evaluator:
    id = options.name or "rouge_l"
    metric = Metric(id, description=f"ROUGE-L ({options.measure}) against the nearest of the expected texts")
    score = partial(_score, measure=options.measure, metric=id)
    return CodeEvaluator(id, make_version(_VERSION, options), (metric,), score)


KIND = Kind(RougeOptions, _open, "ROUGE-L against the expected text: its words, in its order")
