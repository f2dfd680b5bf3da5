"""Whether the expected tools were called, with the expected arguments."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from answerable.datasets.types import ToolCall
from answerable.evaluation.evaluators.context import EvaluatorContext
from answerable.evaluation.evaluators.json_values import is_subset
from answerable.evaluation.evaluators.kind import (
    CodeEvaluator,
    Kind,
    Options,
    make_prefix,
    make_version,
    to_flag,
)
from answerable.evaluation.types import Case, Evaluator, Metric, Score

_VERSION = 1


class ToolCallOptions(Options):
    """`ordered`: the expected calls must come in their order. `arguments` false: the names alone count."""

    ordered: bool = False
    arguments: bool = True


def _score(case: Case, options: ToolCallOptions, prefix: str) -> Sequence[Score]:
    wanted, given = case.example.tool_calls, case.output.tool_calls
    if not wanted:
        return ()
    fits = [[_fits(one, other, options) for other in given] for one in wanted]
    matched = _match_in_order(fits) if options.ordered else _match(fits)
    recall = len(matched) / len(wanted)
    precision = len(matched) / len(given) if given else 0.0
    missing = [call.name for number, call in enumerate(wanted) if number not in matched]
    reason = f"Not called as expected: {', '.join(missing)}." if missing else ""
    complete = len(matched) == len(wanted) == len(given)
    return (
        Score(f"{prefix}tool_calls", to_flag(complete), reason),
        Score(f"{prefix}tool_recall", recall),
        Score(f"{prefix}tool_precision", precision),
    )


def _fits(wanted: ToolCall, given: ToolCall, options: ToolCallOptions) -> bool:
    if wanted.name != given.name:
        return False
    return not options.arguments or is_subset(wanted.arguments, given.arguments)


def _match(fits: Sequence[Sequence[bool]]) -> dict[int, int]:
    """Return the most pairs of expected and given calls, by augmenting paths (Berge 1957): each call counts once."""
    taken: dict[int, int] = {}

    def place(wanted: int, seen: set[int]) -> bool:
        for given, fit in enumerate(fits[wanted]):
            if not fit or given in seen:
                continue
            seen.add(given)
            if given not in taken or place(taken[given], seen):
                taken[given] = wanted
                return True
        return False

    for wanted in range(len(fits)):
        place(wanted, set())
    return {wanted: given for given, wanted in taken.items()}


def _match_in_order(fits: Sequence[Sequence[bool]]) -> dict[int, int]:
    """Return the longest run of pairs that keeps the order of both, as a longest common subsequence does."""
    width = len(fits[0]) if fits else 0
    best: list[list[dict[int, int]]] = [[{} for _ in range(width + 1)] for _ in range(len(fits) + 1)]
    for wanted in range(len(fits)):
        for given in range(width):
            longer = max(best[wanted][given + 1], best[wanted + 1][given], key=len)
            paired = {**best[wanted][given], wanted: given} if fits[wanted][given] else {}
            best[wanted + 1][given + 1] = max(longer, paired, key=len)
    return best[-1][-1]


def _open(options: ToolCallOptions, _: EvaluatorContext) -> Evaluator:
    prefix = make_prefix(options)
    metrics = (
        Metric(
            f"{prefix}tool_calls",
            kind="binary",
            description="1 when just the expected calls were made, else 0",
        ),
        Metric(f"{prefix}tool_recall", description="share of the expected calls that were made"),
        Metric(f"{prefix}tool_precision", description="share of the calls made that were expected"),
    )
    score = partial(_score, options=options, prefix=prefix)
    return CodeEvaluator(options.name or "tool_calls", make_version(_VERSION, options), metrics, score)


KIND = Kind(ToolCallOptions, _open, "the expected tools were called, with at least the expected arguments")
