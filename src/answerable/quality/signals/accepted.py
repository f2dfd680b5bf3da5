"""Did the user take the answer? What the cost of an accepted answer divides by."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final

from answerable.feedback.types import Score
from answerable.quality.signals import abandoned, contradicted, copied, edit_similarity, rating, retry, thumb
from answerable.quality.signals.types import Signal

SIGNAL: Final = Signal(
    name="accepted",
    source="code",
    holds="1 yes, 0 no",
    definition=(
        "The later of thumb and rating decides: up, 4 and 5 are yes; down, 1 and 2 are no. Without them, or at 3: yes "
        "when the answer was copied or its `edit_similarity` is at least .9, else no when there is a `retry`, "
        "`contradicted` or `abandoned`. Else nothing is known, and there is no such score."
    ),
)

_KEPT: Final = 0.9
_USED: Final = copied.SIGNAL.name
_REJECTING: Final = frozenset(part.SIGNAL.name for part in (retry, contradicted, abandoned))


def is_accepted(scores: Sequence[Score]) -> bool | None:
    """Return whether the user took the answer, None when nothing tells. `scores` are all of one trace."""
    said = _find_said(scores)
    if said is not None:
        return said
    found = {score.name: score.value or 0.0 for score in scores if score.source in {"user", "code"}}
    if found.get(_USED) or found.get(edit_similarity.SIGNAL.name, 0.0) >= _KEPT:
        return True
    return False if any(found.get(name) for name in _REJECTING) else None


def find_thumb(scores: Iterable[Score]) -> int | None:
    """Return the last thumb as a trace has it: 1 up, -1 down."""
    thumbs = [score for score in scores if score.name == thumb.SIGNAL.name and score.source == "user"]
    return None if not thumbs else 1 if max(thumbs, key=_when).value else -1


def _find_said(scores: Sequence[Score]) -> bool | None:
    said = [
        score
        for score in scores
        if score.source == "user" and score.name in {thumb.SIGNAL.name, rating.SIGNAL.name}
    ]
    if not said:
        return None
    last = max(said, key=_when)
    value = last.value or 0.0
    if last.name == thumb.SIGNAL.name:
        return bool(value)
    return None if value == 3 else value > 3


def _when(score: Score) -> tuple[object, object]:
    return score.updated_at, score.id
