"""All signals, by name. The guide on feedback has the same table."""

from __future__ import annotations

from typing import Final

from answerable.quality.signals import (
    abandoned,
    accepted,
    category,
    comment,
    contradicted,
    copied,
    edit_similarity,
    final_text,
    rating,
    retry,
    thumb,
)
from answerable.quality.signals.types import Signal

SIGNALS: Final[dict[str, Signal]] = {
    "thumb": thumb.SIGNAL,
    "rating": rating.SIGNAL,
    "comment": comment.SIGNAL,
    "category": category.SIGNAL,
    "final_text": final_text.SIGNAL,
    "copied": copied.SIGNAL,
    "edit_similarity": edit_similarity.SIGNAL,
    "retry": retry.SIGNAL,
    "contradicted": contradicted.SIGNAL,
    "abandoned": abandoned.SIGNAL,
    "accepted": accepted.SIGNAL,
}
