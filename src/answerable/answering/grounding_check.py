"""The verifier of citations as evaluators use it: for any text with passages, whether it cites them or not."""

from __future__ import annotations

from collections.abc import Sequence

from answerable.answering.types import Evidence
from answerable.answering.verification.factual import claims_something
from answerable.answering.verification.sentences import folded, split_sentences
from answerable.answering.verifiers import Verifier
from answerable.evaluation.evaluators.context import Verify
from answerable.evaluation.types import Passage, Sentence
from answerable.knowledge.languages import detect_language


def make_verify(verifier: Verifier) -> Verify:
    """Return what holds each sentence of a text against the passages that it cites, else against all of them."""

    async def verify(text: str, passages: Sequence[Passage]) -> Sequence[Sentence]:
        language = detect_language(text)
        marked, uncited = _mark(text, len(passages), language)
        evidence = [
            Evidence(number, passage.text, passage.title, language)
            for number, passage in enumerate(passages, 1)
        ]
        citations = await verifier.verify(marked, evidence, language=language)
        return [
            Sentence(
                folded(citation.sentence),
                () if folded(citation.sentence) in uncited else citation.markers,
                citation.verdict,
            )
            for citation in citations
        ]

    return verify


def _mark(text: str, passages: int, language: str) -> tuple[str, frozenset[str]]:
    """Return the text with all passages cited by each sentence that claims something and cites none, and these."""
    markers = "".join(f"[{number}]" for number in range(1, passages + 1))
    marked, end = [], 0
    uncited = set()
    for sentence in split_sentences(text, language):
        marked.append(text[end : sentence.end])
        end = sentence.end
        if not sentence.markers and claims_something(sentence):
            marked.append(f" {markers}")
            uncited.add(folded(sentence.text))
    return "".join([*marked, text[end:]]), frozenset(uncited)
