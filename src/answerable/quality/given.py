"""What somebody says of an answer, checked."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, Literal

from answerable.core.errors import InvalidInput, TooLarge
from answerable.feedback.tokens import Subject
from answerable.feedback.types import Score
from answerable.quality.signals import category, comment, copied, final_text, rating, thumb
from answerable.quality.signals.types import Signal

MAX_COMMENT: Final = 4_000
MAX_CATEGORY: Final = 100
MAX_FINAL_TEXT: Final = 100_000

Thumb = Literal["up", "down", "none"]


@dataclass(frozen=True, slots=True)
class Given:
    """At least one of these; the thumb `none` takes an earlier one back.

    Raises InvalidInput when nothing is said or a value is out of its range, TooLarge for a text over its bound.
    """

    thumb: Thumb | None = None
    rating: int | None = None
    comment: str | None = None
    category: str | None = None
    final_text: str | None = None
    copied: bool = False

    def __post_init__(self) -> None:
        if self.rating is not None and not 1 <= self.rating <= 5:
            raise InvalidInput(f"A rating of {self.rating} is not possible.", hint="Rate from 1 to 5.")
        for name, text, most in (
            ("comment", self.comment, MAX_COMMENT),
            ("category", self.category, MAX_CATEGORY),
            ("final_text", self.final_text, MAX_FINAL_TEXT),
        ):
            if text is not None and len(text) > most:
                raise TooLarge(f"The {name} has {len(text):,} characters.", hint=f"Send at most {most:,}.")
        if not any((self.thumb, self.rating, self.comment, self.category, self.final_text, self.copied)):
            raise InvalidInput(
                "The feedback says nothing.",
                hint="Give thumb, rating, comment, category, final_text or the action `copied`.",
            )

    def to_scores(self, subject: Subject, *, by: str, idempotency_key: str | None) -> list[Score]:
        """Return a score for each thing that is said."""
        return [
            Score(
                trace_id=subject.trace_id,
                span_id=subject.span_id,
                app=subject.app,
                variant=subject.variant,
                answered_at=subject.answered_at,
                key_id=subject.key_id,
                name=signal.name,
                source=signal.source,
                value=value,
                label=label,
                text=text,
                by=by,
                idempotency_key=idempotency_key,
            )
            for signal, value, label, text in self._list_said()
        ]

    def _list_said(self) -> Iterator[tuple[Signal, float | None, str | None, str | None]]:
        if self.thumb in {"up", "down"}:
            yield thumb.SIGNAL, float(self.thumb == "up"), self.thumb, None
        if self.rating is not None:
            yield rating.SIGNAL, float(self.rating), None, None
        if self.comment:
            yield comment.SIGNAL, None, None, self.comment
        if self.category:
            yield category.SIGNAL, None, self.category, None
        if self.final_text:
            yield final_text.SIGNAL, None, None, self.final_text
        if self.copied:
            yield copied.SIGNAL, 1.0, None, None
