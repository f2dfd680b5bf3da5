"""Sentences that stand in a passage word for word: nothing is to be weighed about them."""

from __future__ import annotations

from collections.abc import Sequence

from answerable.answering.types import Evidence
from answerable.answering.verification.passages import prepare
from answerable.answering.verification.sentences import Sentence, folded


def find_verbatim(
    sentence: Sentence, cited: Sequence[Evidence], language: str
) -> tuple[int, Sentence] | None:
    """Return the number of the cited passage, and its sentence, that say just what `sentence` says.

    White space and markers aside. Only whole sentences count: a part of one may be what it denies.
    """
    text = folded(sentence.text)
    for item in cited:
        original = prepare(item.text, item.title, item.language or language).quotable.get(text)
        if original is not None:
            return item.number, original
    return None
