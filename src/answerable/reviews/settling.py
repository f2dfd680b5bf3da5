"""What several annotators of one item came to."""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Sequence
from statistics import median_low
from typing import Any, Literal

from answerable.reviews.answers import Answers
from answerable.reviews.labels import Label

Settle = Literal["unanimous", "majority"]


def settle(labels: Sequence[Label], given: Sequence[Answers], how: Settle) -> dict[str, Any] | None:
    """Return the labels that count, or None where the annotators disagree and somebody has to decide.

    `given` is ordered by time. Marked parts and corrections are taken from the last one who gave any: two people never
    write the same.
    """
    final: dict[str, Any] = {}
    for label in labels:
        values = [answers.get(label.name) for answers in given]
        if label.comparable:
            agreed, value = _agree(label, values, how)
            if not agreed:
                return None
        else:
            value = next((value for value in reversed(values) if value is not None), None)
        if value is not None:
            final[label.name] = value
    return final


def matches_gold(labels: Sequence[Label], given: Answers, gold: Answers) -> bool:
    """Tell whether an annotator's labels are right, where the right ones are known."""
    return all(
        _agree(label, [given.get(label.name), gold[label.name]], "unanimous")[0]
        for label in labels
        if label.comparable and label.name in gold
    )


def find_majority(values: Sequence[Any]) -> Hashable | None:
    """Return what more than half of them said; None where nobody has that many."""
    counts = Counter(to_key(value) for value in values)
    best, times = counts.most_common(1)[0] if counts else (None, 0)
    return best if times * 2 > len(values) else None


def to_key(value: Any) -> Hashable:
    """Return the value as one that can be compared and counted."""
    return tuple(value) if isinstance(value, list) else value


def _agree(label: Label, values: Sequence[Any], how: Settle) -> tuple[bool, Any]:
    keys = [to_key(value) for value in values]
    if len(set(keys)) <= 1:
        return True, values[0] if values else None
    if label.kind == "scale" and label.tolerance and None not in keys:
        numbers = [int(value) for value in values]
        if max(numbers) - min(numbers) <= label.tolerance:
            return True, median_low(numbers)
    if how == "majority":
        best, times = Counter(keys).most_common(1)[0]
        if times * 2 > len(keys):
            return True, values[keys.index(best)]
    return False, None
