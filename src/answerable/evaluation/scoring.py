"""One case scored by every evaluator: a crash, a hang or a number that is none is a recorded failure of its own."""

from __future__ import annotations

import asyncio
import logging
import math
from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal
from typing import Final

from answerable.core.errors import AnswerableError
from answerable.core.tasks import pass_cancellation_on
from answerable.datasets.types import Example
from answerable.evaluation.judging.costs import find_cost
from answerable.evaluation.runs.types import ItemScore
from answerable.evaluation.types import Case, Evaluator, Metric, Score

_log = logging.getLogger(__name__)

_MAX_TEXT: Final = 4000
"""Characters that are kept of a reason or an error."""
_JUDGE_DEADLINE: Final = 600.0
_REGARDLESS: Final = frozenset(
    {
        "latency_ms",
        "first_token_ms",
        "cost_usd",
        "input_tokens",
        "output_tokens",
        "supported_share",
        "unsupported_claims",
        "citation_recall",
        "citation_precision",
        "context_utilisation",
    }
)
"""Metrics that an output has whatever was expected."""


async def score_case(
    evaluators: Sequence[Evaluator], case: Case, *, deadline: float, judge_deadline: float = _JUDGE_DEADLINE
) -> list[ItemScore]:
    """Return what the evaluators say of a case, in their order; each has `deadline` seconds.

    A judge bounds each of its votes itself, and has `judge_deadline` for all of them.

    Raises nothing that an evaluator raises: that is an ItemScore without a value for each metric that is missing.
    Code is asked one after the other, judges at once.
    """
    found = {
        evaluator.id: await _score(evaluator, case, deadline)
        for evaluator in evaluators
        if evaluator.source == "code"
    }
    judges = [evaluator for evaluator in evaluators if evaluator.source == "judge"]
    if judges:
        said = await asyncio.gather(*(_score(judge, case, judge_deadline) for judge in judges))
        found |= {judge.id: scores for judge, scores in zip(judges, said, strict=True)}
    return [score for evaluator in evaluators for score in found[evaluator.id]]


def is_unscored(example: Example, scores: Iterable[ItemScore]) -> bool:
    """Whether an example says what is expected, and no evaluator had anything to say of that.

    Then its expectation fits none of the evaluators: a run shall not pass over it in silence.
    """
    expects = (
        example.expected is not None
        or example.acceptable
        or example.refuse
        or example.evidence
        or example.tool_calls
    )
    return bool(expects) and all(score.metric.rpartition(".")[2] in _REGARDLESS for score in scores)


async def _score(evaluator: Evaluator, case: Case, deadline: float) -> list[ItemScore]:
    try:
        async with asyncio.timeout(deadline):
            scores = await evaluator.evaluate(case)
        return list(_check(evaluator, scores))
    except TimeoutError:
        return _fail(evaluator, f"It did not answer within {deadline:g} s.")
    except asyncio.CancelledError:
        pass_cancellation_on()
        return _fail(evaluator, "It cancelled its own task.")
    except Exception as error:  # a crash of an evaluator is a finding, not the end of the run
        _log.debug("%s could not score %s", evaluator.id, case.example.key, exc_info=error)
        return _fail(evaluator, _describe(error), cost_usd=find_cost(error))


def _check(evaluator: Evaluator, scores: Iterable[Score]) -> Iterator[ItemScore]:
    known = {metric.name: metric for metric in evaluator.metrics}
    given: set[str] = set()
    for score in scores:
        metric = known.get(score.metric)
        if metric is None:
            problem = (
                f"It gave the metric {score.metric!r}, which it does not declare: name it under `metrics`."
            )
        elif score.metric in given:
            problem = f"It gave {score.metric!r} twice."
        else:
            problem = _find_fault(score.value, metric)
        given.add(score.metric)
        yield ItemScore(
            evaluator=evaluator.id,
            version=evaluator.version,
            metric=score.metric,
            value=None if problem or score.value is None else float(score.value),
            reason=score.reason[:_MAX_TEXT],
            error=problem,
            details=score.details,
            cost_usd=score.cost_usd,
        )


def _find_fault(value: float | None, metric: Metric) -> str:
    """Return why a value cannot be a value of the metric; empty when it can."""
    if value is None:
        return ""
    if not math.isfinite(value):
        return f"It gave {value}, which is not a finite number."
    if metric.kind == "binary" and value not in {0.0, 1.0}:
        return f"It gave {value:g}, and {metric.name} is 0 or 1."
    if metric.lowest is not None and value < metric.lowest:
        return f"It gave {value:g}, and {metric.name} is at least {metric.lowest:g}."
    if metric.highest is not None and value > metric.highest:
        return f"It gave {value:g}, and {metric.name} is at most {metric.highest:g}."
    return ""


def _fail(evaluator: Evaluator, error: str, *, cost_usd: Decimal | None = Decimal(0)) -> list[ItemScore]:
    """Return a failure for each metric; what it cost stands on the first, so that it counts once."""
    names = [metric.name for metric in evaluator.metrics] or [""]
    costs = [cost_usd, *[Decimal(0)] * (len(names) - 1)]
    return [
        ItemScore(evaluator.id, evaluator.version, name, None, error=error[:_MAX_TEXT], cost_usd=cost)
        for name, cost in zip(names, costs, strict=True)
    ]


def _describe(error: Exception) -> str:
    if isinstance(error, AnswerableError):
        return f"{error.code}: {error.detail}"
    return f"{type(error).__name__}: {error}" if str(error) else type(error).__name__
