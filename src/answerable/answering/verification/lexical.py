"""The offline verifier: every sentence against the passages that it cites, in milliseconds, without a model call."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import replace

from answerable.answering.types import Citation, Evidence
from answerable.answering.verification.attribution import without_frame
from answerable.answering.verification.case import Case
from answerable.answering.verification.factual import claims_something
from answerable.answering.verification.passages import Ground, prepare
from answerable.answering.verification.sentences import Sentence, split_sentences, without_markers
from answerable.answering.verification.tokens import tokenize
from answerable.answering.verification.verbatim import find_verbatim
from answerable.answering.verification.verdicts import Ruling, Span, is_reworded, rule
from answerable.llm.types import Embedder

_HINT_SHARE = 0.6
"""Share of a sentence's words that an uncited passage must hold to be tried as its support."""

_MAX_COMPARED = 24
"""Passage sentences that are embedded for one sentence; each costs about a millisecond."""
_INLINE_CHARACTERS = 600
"""A longer answer takes more than a few milliseconds, and leaves the event loop for a thread."""


class LexicalVerifier:
    """Checks quotations, numbers, names, roles, negation, opposites and wording.

    With an embedder, a sentence that only its wording speaks against is compared by meaning as well.
    """

    name = "lexical"

    def __init__(self, embedder: Embedder | None = None) -> None:
        self._embedder = embedder

    async def verify(
        self, answer: str, evidence: Sequence[Evidence], *, language: str = "en"
    ) -> list[Citation]:
        """Return one citation for each sentence of `answer`, in order."""
        if len(answer) <= _INLINE_CHARACTERS:
            ruled = _rule_answer(answer, evidence, language)
        else:
            ruled = await asyncio.to_thread(_rule_answer, answer, evidence, language)
        return [await self._settle(sentence, ruling, evidence) for sentence, ruling in ruled]

    async def verify_sentence(
        self, sentence: Sentence, evidence: Sequence[Evidence], *, language: str = "en"
    ) -> Citation:
        """Return the citation of one sentence."""
        return await self._settle(sentence, _rule(sentence, evidence, language), evidence)

    async def _settle(self, sentence: Sentence, ruling: Ruling, evidence: Sequence[Evidence]) -> Citation:
        cited = [item for item in evidence if item.number in sentence.markers]
        if self._embedder is not None and cited and is_reworded(ruling, 1.0):
            ruling = await self._compare(self._embedder, ruling, sentence, cited)
        return _citation(sentence, ruling)

    async def _compare(
        self, embedder: Embedder, ruling: Ruling, sentence: Sentence, cited: Sequence[Evidence]
    ) -> Ruling:
        """Return the ruling, lifted to `partial` where a sentence of a cited passage means nearly the same."""
        spans = [
            (Span(item.number, part.start, part.end), part.text)
            for item in cited
            for part in prepare(item.text, item.title, item.language).sentences
        ][:_MAX_COMPARED]
        if not spans:
            return ruling
        query = await embedder.embed_query(_claim(sentence).strip())
        similarities = await embedder.embed_passages([text for _, text in spans]) @ query
        best = int(similarities.argmax())
        if not is_reworded(ruling, float(similarities[best])):
            return ruling
        reason = f"close in meaning to the passage ({similarities[best]:.2f}), but {ruling.reason}"
        return replace(ruling, verdict="partial", reason=reason, span=spans[best][0])


def _rule_answer(answer: str, evidence: Sequence[Evidence], language: str) -> list[tuple[Sentence, Ruling]]:
    return [(sentence, _rule(sentence, evidence, language)) for sentence in split_sentences(answer, language)]


def _rule(sentence: Sentence, evidence: Sequence[Evidence], language: str) -> Ruling:
    """Return the ruling on a sentence, from its words alone."""
    cited = [item for item in evidence if item.number in sentence.markers]
    quoted = _rule_verbatim(sentence, evidence, cited, language) if cited else None
    if quoted is not None:
        return quoted
    if not claims_something(sentence):
        return Ruling("unchecked", 0.0, None, None)
    return _rule_claim(sentence, evidence, language)


def _rule_verbatim(
    sentence: Sentence, evidence: Sequence[Evidence], cited: Sequence[Evidence], language: str
) -> Ruling | None:
    """Return the ruling on a sentence that a cited passage holds word for word, None for any other.

    Whether it abstains or denies does not matter then; nor do markers that are the passage's own footnotes.
    """
    found = find_verbatim(sentence, cited, language)
    if found is None:
        return None
    number, original = found
    known = {item.number for item in evidence} | set(original.markers)
    if not known.issuperset(sentence.markers):
        return None
    return Ruling("supported", 1.0, None, Span(number, original.start, original.end))


def _rule_claim(sentence: Sentence, evidence: Sequence[Evidence], language: str) -> Ruling:
    """Return the ruling on a sentence that claims something."""
    cited = [item for item in evidence if item.number in sentence.markers]
    dead = [number for number in sentence.markers if all(item.number != number for item in evidence)]
    nothing = " ".join(f"[{number}]" for number in dead) + " names no passage"
    if not cited:
        ruling = Ruling("unsupported", 0.0, nothing if dead else "no citation", None)
    else:
        ruling = rule(_case(sentence, cited, language))
        if dead:
            verdict = "partial" if ruling.verdict == "supported" else ruling.verdict
            reason = nothing if ruling.reason is None else f"{nothing}; {ruling.reason}"
            ruling = replace(ruling, verdict=verdict, reason=reason)
    others = [item for item in evidence if item.number not in sentence.markers]
    return ruling if ruling.verdict == "supported" else _hinted(ruling, sentence, others, language)


def _hinted(ruling: Ruling, sentence: Sentence, others: Sequence[Evidence], language: str) -> Ruling:
    """Return the ruling with a word on an uncited passage that supports the sentence."""
    words = {token.key for token in tokenize(_claim(sentence), language) if token.matters}
    for item in others:
        ground = Ground([item], language)
        if not words or sum(ground.has(word) for word in words) < _HINT_SHARE * len(words):
            continue
        if rule(Case(_claim(sentence), language, ground)).verdict == "supported":
            return replace(ruling, reason=f"{ruling.reason}; passage [{item.number}] supports it")
    return ruling


def _case(sentence: Sentence, evidence: Sequence[Evidence], language: str) -> Case:
    return Case(_claim(sentence), language, Ground(evidence, language))


def _claim(sentence: Sentence) -> str:
    """Return what the sentence states, offsets kept."""
    return without_frame(without_markers(sentence.text))


def _citation(sentence: Sentence, ruling: Ruling) -> Citation:
    span = ruling.span
    return Citation(
        sentence.text,
        sentence.start,
        sentence.end,
        sentence.markers,
        ruling.verdict,
        ruling.score,
        span.source if span else None,
        span.start if span else None,
        span.end if span else None,
        ruling.reason,
    )
