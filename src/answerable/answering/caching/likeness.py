"""Answers to questions that only sound different: found by vector, served when nothing speaks against it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Final

import numpy as np
from numpy.typing import NDArray

from answerable.answering.caching.agreement import ask_the_same, is_answered
from answerable.answering.caching.keys import Likeness
from answerable.answering.caching.shelves import Asked, Shelves, Vector
from answerable.answering.caching.store import Known
from answerable.answering.grounded.context import to_evidence
from answerable.answering.types import Answer

Embed = Callable[[str], Awaitable[NDArray[np.float32]]]
FindAnswer = Callable[[bytes], Awaitable[Answer | None]]

_UNCHECKED: Final = frozenset({"unsupported", "partial"})


class LikeAnswers:
    """Remembers what was asked, and finds what was answered to a like question."""

    def __init__(self, embed: Embed) -> None:
        self._embed = embed
        self._shelves = Shelves()

    async def find(self, likeness: Likeness, find_answer: FindAnswer) -> tuple[Answer | None, Vector]:
        """Return an answer that serves for the question, or None, and the question's vector."""
        vector = await self._embed(likeness.question)
        for asked in self._shelves.find_nearest(likeness.scope, vector, least=likeness.least):
            answer = await find_answer(asked.digest)
            if answer is not None and serves(likeness.question, asked.question, answer):
                return answer, vector
        return None, vector

    def add(self, likeness: Likeness, digest: bytes, vector: Vector) -> None:
        self._shelves.add(likeness.scope, Asked(likeness.question, digest), vector)

    def add_known(self, known: Known) -> None:
        """Take in a question that another server answered."""
        if known.scope is not None and known.question is not None and known.vector is not None:
            vector = np.frombuffer(known.vector, dtype="<f4")
            self._shelves.add(known.scope, Asked(known.question, known.key), vector)


def serves(question: str, earlier: str, answer: Answer) -> bool:
    """Whether the answer to an earlier question can be given to this one.

    Its citations were checked against the same passages, since the scope holds the index's generation: all of them
    must have passed. An abstention, and an answer that cites nothing, is never served to another question.
    """
    verdicts = {citation.verdict for citation in answer.citations}
    if answer.abstained or "supported" not in verdicts or verdicts & _UNCHECKED:
        return False
    cited = {citation.source for citation in answer.citations}
    evidence = [one for one in to_evidence(answer.sources) if one.number in cited]
    language = evidence[0].language if evidence else "en"
    return ask_the_same(question, earlier, language) and is_answered(question, earlier, evidence, language)
