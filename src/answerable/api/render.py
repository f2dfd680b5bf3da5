"""Our values as the API's JSON. The command line prints what these functions return."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from answerable.answering.types import Answer, Citation
from answerable.knowledge.index_versions.types import IndexSummary
from answerable.knowledge.types import Hit


def render_source(hit: Hit) -> str:
    """Return where a passage comes from as one string: the document's URI, with the page when it has one."""
    return hit.document.uri if hit.page is None else f"{hit.document.uri}#page={hit.page}"


def render_passage(number: int, hit: Hit) -> dict[str, Any]:
    return {
        "number": number,
        "document_id": str(hit.document.id),
        "uri": hit.document.uri,
        "title": hit.document.title,
        "chunk_id": hit.chunk_id,
        "text": hit.text,
        "heading_path": list(hit.heading_path),
        "page": hit.page,
        "start": hit.start,
        "end": hit.end,
        "score": round(hit.score, 6),
    }


def render_index(index: IndexSummary) -> dict[str, Any]:
    return {
        "name": index.name,
        "collection": index.collection,
        "active": index.active,
        "embedder": index.settings.embedder,
        "chunk_tokens": index.settings.chunker.max_tokens,
        "chunk_overlap": index.settings.chunker.overlap,
        "dimensions": index.dimensions,
        "documents": index.documents,
        "behind": index.behind,
        "chunks": index.chunks,
        "bytes": index.bytes,
        "problem": index.problem or None,
        "created_at": index.created_at.isoformat(),
    }


def render_citation(citation: Citation, hits: Sequence[Hit]) -> dict[str, Any]:
    number = citation.source
    return {
        "sentence": citation.sentence,
        "start": citation.start,
        "end": citation.end,
        "markers": list(citation.markers),
        "verdict": citation.verdict,
        "score": round(citation.score, 4),
        "source": number,
        "passage_start": citation.passage_start,
        "passage_end": citation.passage_end,
        "reason": citation.reason,
        "passage": render_passage(number, hits[number - 1]) if number else None,
    }


def render_answer(answer: Answer) -> dict[str, Any]:
    return {
        "answer": answer.answer,
        "sources": [render_source(hit) for hit in answer.sources],
        "tokens_used": answer.tokens_used,
        "citations": [render_citation(citation, answer.sources) for citation in answer.citations],
        "trace_id": answer.trace_id,
        "app": answer.app,
        "variant": answer.variant,
        "cost_usd": None if answer.cost_usd is None else float(answer.cost_usd),
        "saved_usd": None if answer.saved_usd is None else float(answer.saved_usd),
        "cached": answer.cached,
        "abstained": answer.abstained,
        "ingesting": answer.ingesting,
        "feedback_token": answer.feedback_token,
    }


def render_hit(hit: Hit) -> dict[str, Any]:
    return {
        "document": {
            "id": str(hit.document.id),
            "uri": hit.document.uri,
            "title": hit.document.title,
            "metadata": dict(hit.document.metadata),
        },
        "chunk_id": hit.chunk_id,
        "text": hit.text,
        "heading_path": list(hit.heading_path),
        "page": hit.page,
        "start": hit.start,
        "end": hit.end,
        "score": round(hit.score, 6),
        "scores": {"dense": hit.scores.dense, "lexical": hit.scores.lexical},
    }
