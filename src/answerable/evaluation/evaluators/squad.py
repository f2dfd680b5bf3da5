"""Answers held against short expected ones by the rules of SQuAD: the same words, and how many of them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from functools import partial

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
from answerable.evaluation.evaluators.references import list_wordings
from answerable.evaluation.evaluators.token_lists import normalise_answer, split_answer
from answerable.evaluation.evaluators.wording import without_markers
from answerable.evaluation.types import Case, Evaluator, Metric, Score

_VERSION = 2


class SquadOptions(Options):
    """There is nothing to tell it: its rules are those of the set."""


def measure_em(answer: str, expected: str) -> float:
    """Return 1 when both are the same after normalising, else 0 (Rajpurkar et al. 2016)."""
    return to_flag(normalise_answer(answer) == normalise_answer(expected))


def measure_f1(answer: str, expected: str) -> float:
    """Return the F1 of the two bags of words; where one has none, whether both have none (SQuAD 2.0, 2018)."""
    given, wanted = split_answer(answer), split_answer(expected)
    if not given or not wanted:
        return to_flag(given == wanted)
    shared = (Counter(given) & Counter(wanted)).total()
    return 2 * shared / (len(given) + len(wanted))


def _score(case: Case, prefix: str) -> Sequence[Score]:
    references = ("",) if case.example.refuse else list_wordings(case.example)
    if not references:
        return ()
    answer = "" if has_abstained(case.output) else without_markers(case.output.text)
    return (
        Score(f"{prefix}answer_f1", max(measure_f1(answer, text) for text in references)),
        Score(f"{prefix}answer_em", max(measure_em(answer, text) for text in references)),
    )


def _open(options: SquadOptions, _: EvaluatorContext) -> Evaluator:
    prefix = make_prefix(options)
    metrics = (
        Metric(f"{prefix}answer_f1", description="F1 of the words of answer and expected, by SQuAD's rules"),
        Metric(
            f"{prefix}answer_em",
            kind="binary",
            description="1 when both are the same by SQuAD's rules, else 0",
        ),
    )
    return CodeEvaluator(
        options.name or "squad", make_version(_VERSION, options), metrics, partial(_score, prefix=prefix)
    )


KIND = Kind(SquadOptions, _open, "F1 and exact match of short answers by the rules of SQuAD 2.0")
