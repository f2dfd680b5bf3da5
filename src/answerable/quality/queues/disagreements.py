"""Runs whose scores are apart: a judge's and people's, or two judges'."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

from answerable.feedback.types import Score
from answerable.quality.signals import thumb
from answerable.reviews.rules import Disagreement


def find_disagreements(scores: Iterable[Score], rule: Disagreement) -> set[str]:
    """Return the traces on which a judge and the other are at least so far apart. `scores` are all of these traces."""
    by_trace: dict[str, list[Score]] = defaultdict(list)
    for score in scores:
        if score.value is not None:
            by_trace[score.trace_id].append(score)
    return {trace for trace, found in by_trace.items() if _disagree(found, rule)}


def concerns(score: Score, rule: Disagreement) -> bool:
    """Tell whether a score is one of the two."""
    return _is_judge(score, rule) or _is_other(score, rule)


def is_thumb(score: Score) -> bool:
    """Tell whether a score is a user's thumb."""
    return score.name == thumb.SIGNAL.name and score.source == thumb.SIGNAL.source


def _disagree(scores: list[Score], rule: Disagreement) -> bool:
    judged = [score.value for score in scores if _is_judge(score, rule)]
    others = [score.value for score in scores if _is_other(score, rule)]
    # Halves of a tenth and the like are not exact in binary: what is just as far apart as asked for counts.
    return any(abs((one or 0.0) - (two or 0.0)) >= rule.apart - 1e-9 for one in judged for two in others)


def _is_judge(score: Score, rule: Disagreement) -> bool:
    return score.name == rule.judge and score.source in {"judge", "code"}


def _is_other(score: Score, rule: Disagreement) -> bool:
    if rule.other == thumb.SIGNAL.name:
        return is_thumb(score)
    if rule.other == "human":
        return score.name == rule.judge and score.source == "human"
    return score.name == rule.other and score.source in {"judge", "code"}
