"""What a check is given (one sentence aligned with its passages) and what it answers (findings)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import IntEnum

from answerable.answering.verification.acronyms import match_acronyms
from answerable.answering.verification.alignment import MAX_TOKENS, TITLE, Match, align
from answerable.answering.verification.passages import Ground
from answerable.answering.verification.tokens import Token, tokenize


class Weight(IntEnum):
    """How much a finding says: a doubt costs the full support, a contradiction all of it."""

    DOUBT = 1
    CONTRADICTION = 2


@dataclass(frozen=True, slots=True)
class Finding:
    """What a check found against a sentence, in plain words."""

    check: str
    weight: Weight
    reason: str


@dataclass(slots=True)
class Case:
    """One sentence held against its ground. `tokens` are those of the sentence without its markers."""

    text: str
    language: str
    ground: Ground
    tokens: Sequence[Token] = ()
    matches: dict[int, Match] = field(default_factory=dict)
    used: frozenset[int] = frozenset()
    truncated: bool = False

    def __post_init__(self) -> None:
        tokens = tokenize(self.text, self.language)
        self.tokens, self.truncated = tokens[:MAX_TOKENS], len(tokens) > MAX_TOKENS
        self.matches = align(self.tokens, self.ground) | match_acronyms(self.tokens, self.ground)
        self.used = frozenset(match.position for match in self.matches.values())

    def position(self, index: int) -> int | None:
        """Return where token `index` stands in the passages; None when it is not found, or only in a title."""
        match = self.matches.get(index)
        return None if match is None or match.position == TITLE else match.position

    def _neighbour(self, index: int, step: int, reach: int) -> int | None:
        at = index + step
        while 0 <= at < len(self.tokens) and reach > 0:
            position = self.position(at)
            if position is not None:
                return position
            reach -= self.tokens[at].matters
            at += step
        return None

    def stands_locally(self, first: int, last: int, reach: int = 8) -> bool:
        """Whether the tokens `first` to `last` were found where the words beside them were found, in the same order.

        True as well when no word beside them was found: then nothing speaks against it.
        """
        left, right = self._neighbour(first, -1, 2), self._neighbour(last, 1, 2)
        if left is None and right is None:
            return True
        low, high = self.position(first), self.position(last)
        if low is None or high is None:
            return False
        sentence = self.ground.sentence
        follows = left is not None and 0 < low - left <= reach and sentence[left] == sentence[low]
        leads = right is not None and 0 < right - high <= reach and sentence[right] == sentence[high]
        return follows or leads

    def slot(self, first: int, last: int, width: int = 6) -> list[int]:
        """Return the positions at which the passages say what tokens `first` to `last` say: between their neighbours.

        Only places that no other word of the sentence took. Empty when the neighbours stand apart.
        """
        left, right = self._neighbour(first, -1, 3), self._neighbour(last, 1, 3)
        sentence = self.ground.sentence
        if left is not None and right is not None:
            if sentence[left] == sentence[right] and 0 < right - left <= width + 2:
                return [place for place in range(left + 1, right) if place not in self.used]
            # They stand apart: the one right beside the token says where it belongs, if there is one.
            beside = [self.anchor(first, -1, 2), self.anchor(last, 1, 1)]
            left, right = (None, beside[1]) if beside[1] is not None else (beside[0], None)
        if left is not None:
            return self._after(left, self.ground.near(left, width).stop)
        return [] if right is None else self._before(right, self.ground.near(right, width).start)

    def beside(self, index: int, reach: int = 3) -> list[int]:
        """Return the free positions that stand to the words beside token `index` as the token itself does.

        Only words in the same clause and at most `reach` tokens away count. Empty when the token was found there.
        """
        free: list[int] = []
        for step in (-1, 1):
            anchor = self.anchor(index, step, reach)
            if anchor is None:
                continue
            stop = anchor - step * (reach + 1)
            near = self._after(anchor, stop) if step < 0 else self._before(anchor, stop + 1)
            here = self.position(index)
            if here is None or not min(anchor, stop) <= here <= max(anchor, stop):
                free += near
        return free

    def anchor(self, index: int, step: int, reach: int) -> int | None:
        """Return where the next word that matters stands, None when it is not found or not in the same clause."""
        for at in range(index + step, index + step * (reach + 1), step):
            if not 0 <= at < len(self.tokens) or self.tokens[at if step > 0 else at + 1].breaks:
                return None
            if self.tokens[at].matters:
                return self.position(at)
        return None

    def _after(self, left: int, stop: int) -> list[int]:
        """Return the places behind `left`, up to punctuation or a word that the sentence took."""
        free: list[int] = []
        for place in range(left + 1, min(stop, len(self.ground.tokens))):
            if place in self.used or self.ground.tokens[place].breaks:
                break
            free.append(place)
        return free

    def _before(self, right: int, start: int) -> list[int]:
        free: list[int] = []
        for place in range(right - 1, max(start, 0) - 1, -1):
            if place in self.used or self.ground.tokens[place + 1].breaks:
                break
            free.append(place)
        return free[::-1]
