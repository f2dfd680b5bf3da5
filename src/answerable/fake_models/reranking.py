"""Reranking: `POST /v1/rerank` as Cohere, Jina, vLLM and others have it, `POST /rerank` as text-embeddings-inference.

A passage's score is the share of the query's content words that it holds.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from answerable.fake_models.behaviours import Behaviour, get_plain_name
from answerable.fake_models.exchange import BadRequestError, Json
from answerable.fake_models.passages import content_words
from answerable.llm.tokens import estimate_tokens

PATH = "/v1/rerank"
TEXTS_PATH = "/rerank"
_MAX_DOCUMENTS = 1000


def rerank(body: Json, behaviour: Behaviour = Behaviour.NORMAL) -> Json:
    """Return the body of an answer to `{model, query, documents, top_n}`. Raises BadRequestError."""
    query, documents = _read(body, "documents")
    top_n = body.get("top_n") or len(documents)
    if not isinstance(top_n, int) or top_n < 1:
        raise BadRequestError("'top_n' must be a whole number from 1.")
    results = [
        {"index": place, "relevance_score": score} for place, score in _rank(query, documents, behaviour)
    ]
    tokens = len(documents) * estimate_tokens(query) + sum(map(estimate_tokens, documents))
    return {
        "id": "rerank-fake",
        "model": get_plain_name(str(body.get("model", ""))),
        "results": results[:top_n],
        "usage": {"prompt_tokens": tokens, "total_tokens": tokens},
    }


def rerank_texts(body: Json, behaviour: Behaviour = Behaviour.NORMAL) -> list[dict[str, Any]]:
    """Return the body of an answer to `{query, texts}`. Raises BadRequestError."""
    query, texts = _read(body, "texts")
    return [{"index": place, "score": score} for place, score in _rank(query, texts, behaviour)]


def score(query: str, document: str) -> float:
    """Return the share of the query's content words that the document holds, 0 for a query without any."""
    asked = content_words(query)
    return len(asked & content_words(document)) / len(asked) if asked else 0.0


def _rank(query: str, documents: Sequence[str], behaviour: Behaviour) -> list[tuple[int, float]]:
    """Return index and score, best first; the earlier document wins a tie."""
    if behaviour is Behaviour.EMPTY:
        return []
    scores = [round(score(query, document), 6) for document in documents]
    return sorted(enumerate(scores), key=lambda result: -result[1])


def _read(body: Json, key: str) -> tuple[str, list[str]]:
    query, documents = body.get("query"), body.get(key)
    if not isinstance(query, str) or not query:
        raise BadRequestError("'query' must be a text.")
    if not isinstance(documents, list) or not 1 <= len(documents) <= _MAX_DOCUMENTS:
        raise BadRequestError(f"{key!r} must be a list of 1 to {_MAX_DOCUMENTS} texts.")
    if not all(isinstance(document, str) and document for document in documents):
        raise BadRequestError(f"{key!r} holds what is no text.")
    return query, documents
