"""What a step of a run says of itself: attributes from the values that it worked with."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from answerable.answering.types import Citation
from answerable.knowledge.index.search import SearchResult
from answerable.knowledge.types import Hit
from answerable.llm.types import Message
from answerable.traces import conventions as names
from answerable.traces.recorder import RunSpans, Step

_TIMINGS: Mapping[str, str] = {
    "embed": names.EMBED_MS,
    "dense": names.DENSE_MS,
    "lexical": names.LEXICAL_MS,
    "fetch": names.FETCH_MS,
}


def find_nearness(hits: Sequence[Hit]) -> float | None:
    """Return the cosine of question and nearest passage, None where no vectors were compared.

    The fused score says which passage is best and not how good it is: it is relative to the other candidates.
    """
    return max((hit.scores.dense for hit in hits if hit.scores.dense is not None), default=None)


def note_retrieval(
    spans: RunSpans, step: Step, found: SearchResult, *, query: str, collection: str, kept: int
) -> None:
    """Tell the step what was searched and found, `kept` passages of which go before the model."""
    if not step.recording:
        return
    best = find_nearness(found.hits)
    timings = found.timings_ms
    step.set(
        {
            names.OPERATION: names.RETRIEVE,
            names.DATA_SOURCE: collection,
            names.COLLECTION: collection,
            names.INDEX: found.index_id,
            names.HITS: len(found.hits),
            names.PASSAGES: kept,
            names.BEST_SCORE: None if best is None else round(best, 4),
            names.RETRIEVAL_QUERY: query,
            names.RETRIEVAL_DOCUMENTS: [
                {"id": hit.chunk_id, "score": round(hit.score, 4)} for hit in found.hits
            ],
            **{name: round(timings[part], 3) for part, name in _TIMINGS.items() if part in timings},
        }
    )
    if "rerank" in timings:
        now_ns = spans.now_ns()
        reranking = spans.step(names.RERANK, parent=step, start_ns=now_ns - int(timings["rerank"] * 1e6))
        reranking.set({names.REQUEST_MODEL: found.reranker, names.HITS: len(found.hits)})
        reranking.end(now_ns)


def describe_prompt(messages: Sequence[Message]) -> dict[str, Any]:
    return {
        names.PROMPT_MESSAGES: len(messages),
        names.PROMPT_CHARACTERS: sum(len(message.content) for message in messages),
    }


def describe_verdicts(citations: Sequence[Citation]) -> dict[str, Any]:
    counts: Counter[str] = Counter(citation.verdict for citation in citations)
    return {name: counts[verdict] for verdict, name in names.VERDICTS.items()}
