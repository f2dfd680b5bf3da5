"""The true rate from few labels of people and many of a judge: joins both and asks prediction-powered inference."""

from __future__ import annotations

from collections.abc import Mapping

from answerable.evaluation.statistics.ppi import Estimate, estimate_mean


def correct_rate(
    judged: Mapping[str, float], labelled: Mapping[str, float], *, alpha: float = 0.05
) -> Estimate:
    """Return what people would give on average to everything that the judge scored, by the ids of the answers.

    Both are on one scale. The labelled answers must be drawn at random among the judged ones: where people look at the
    answers that a judge doubts, the estimate is wrong. Raises InvalidInput (`too_few_labels`).
    """
    both = sorted(judged.keys() & labelled.keys())
    rest = sorted(judged.keys() - labelled.keys())
    return estimate_mean(
        [labelled[id] for id in both], [judged[id] for id in both], [judged[id] for id in rest], alpha=alpha
    )
