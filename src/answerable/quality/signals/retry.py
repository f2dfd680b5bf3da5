"""A question that is asked again."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Final

import numpy as np
from numpy.typing import NDArray
from rapidfuzz.distance import OSA

from answerable.core.errors import Unavailable
from answerable.feedback.asked.types import Exchange
from answerable.knowledge.languages import detect_language
from answerable.quality.signals.types import Signal

WINDOW: Final = timedelta(minutes=5)

SIGNAL: Final = Signal(
    name="retry",
    source="code",
    holds="1",
    definition=(
        "Within 5 minutes of the question the same user, or the same conversation, asks the app a near-same one, "
        "after the answer. Near-same: the same words, but for case, punctuation and one slip in a word of five letters "
        "or more; or a cosine of the questions' vectors of .96 with the same numbers; or of .88 where no number, name, "
        "denial, question word or opposite speaks against it. Runs without a user and a conversation have none."
    ),
)

Embed = Callable[[str], Awaitable[NDArray[np.float32]]]
AskTheSame = Callable[[str, str, str], bool]
"""Whether nothing speaks against two questions asking the same, given the language."""

_ALIKE: Final = 0.96
_LIKELY: Final = 0.88
_SLIP: Final = 5
"""Letters of a word in which one slip is taken for a typing error."""
_WORD: Final = re.compile(r"\w+")
_NUMBER: Final = re.compile(r"\d+")


class Retry:
    """`embed` makes vectors of unit length."""

    signal = SIGNAL

    def __init__(self, *, embed: Embed, ask_the_same: AskTheSame) -> None:
        self._embed = embed
        self._ask_the_same = ask_the_same

    async def applies(self, exchange: Exchange) -> bool:
        earlier, later = exchange.earlier, exchange.later
        if later.started_at - earlier.started_at > WINDOW or later.started_at < earlier.ended_at:
            return False
        if not (earlier.question and later.question):
            return False
        return await self._are_near(earlier.question, later.question)

    async def _are_near(self, one: str, other: str) -> bool:
        if have_same_words(one, other):
            return True
        if sorted(_NUMBER.findall(one)) != sorted(_NUMBER.findall(other)):
            return False
        try:
            cosine = float(np.dot(await self._embed(one), await self._embed(other)))
        except Unavailable:  # the embedder is busy with answers, which matter more
            return False
        return cosine >= _ALIKE or (
            cosine >= _LIKELY and self._ask_the_same(one, other, detect_language(other))
        )


def have_same_words(one: str, other: str) -> bool:
    """Whether two texts have the same words in the same order, but for slips of the keyboard."""
    mine, others = _WORD.findall(one.casefold()), _WORD.findall(other.casefold())
    return len(mine) == len(others) and all(map(_is_same_word, mine, others))


def _is_same_word(one: str, other: str) -> bool:
    if one == other:
        return True
    letters = one.isalpha() and other.isalpha() and min(len(one), len(other)) >= _SLIP
    return letters and OSA.distance(one, other, score_cutoff=1) <= 1
