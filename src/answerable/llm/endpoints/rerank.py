"""`POST /rerank` as Cohere brought it up, and Jina, Voyage, vLLM, llama.cpp, LiteLLM and others took it over.

https://docs.cohere.com/reference/rerank, https://docs.voyageai.com/reference/reranker-api,
https://huggingface.github.io/text-embeddings-inference/
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final, Literal

import httpx2
from pydantic_ai.exceptions import (
    ModelAPIError,
    ModelAuthenticationError,
    ModelConnectionError,
    ModelHTTPError,
    ModelQuotaExceededError,
    ModelRateLimitError,
    ModelRequestRejectedError,
    ModelServerError,
    ModelUnavailableError,
)

from answerable.core.errors import UpstreamFailed
from answerable.llm.rerankers import Ranking

Format = Literal["documents", "texts"]
"""What a server calls the passages: nearly all say `documents`; `texts` is text-embeddings-inference."""

_NO_SUCH_ENDPOINT: Final = frozenset({404, 405, 501})
_UNSENT: Final = (httpx2.ConnectError, httpx2.ConnectTimeout, httpx2.PoolTimeout)


class RerankEndpoint:
    """Implements `answerable.llm.rerankers.RerankApi`. `name` is `provider:model`."""

    def __init__(
        self,
        name: str,
        http: httpx2.AsyncClient,
        *,
        base_url: str,
        api_key: str | None,
        format: Format = "documents",
    ) -> None:
        self._name = name
        self._http = http
        self._url = f"{base_url.rstrip('/')}/rerank"
        self._headers = {"Authorization": f"Bearer {api_key}"} if api_key else {}
        self._format: Format = format

    async def rank(self, query: str, passages: Sequence[str]) -> Ranking:
        """Raises ModelAPIError, and UpstreamFailed for an answer that is none of the known ones."""
        body = write_request(self._name.partition(":")[2], query, passages, format=self._format)
        try:
            response = await self._http.post(self._url, json=body, headers=self._headers)
        except httpx2.RequestError as error:
            unsent = isinstance(error, _UNSENT)
            phase: Literal["connect", "read"] = "connect" if unsent else "read"
            raise ModelConnectionError(self._name, str(error), phase=phase) from error
        if response.status_code >= 400:
            raise self._explain(response)
        try:
            value = response.json()
        except ValueError as error:
            raise ModelAPIError(self._name, "The answer is not JSON.") from error
        return read_ranking(value, len(passages), name=self._name)

    def _explain(self, response: httpx2.Response) -> Exception:
        provider, status = self._name.partition(":")[0], response.status_code
        if status in _NO_SUCH_ENDPOINT:
            return UpstreamFailed(
                f"The provider {provider!r} has no rerank endpoint, or does not know {self._name}: it answered "
                f"{status}.",
                hint="Check its `base_url`, under which POST /rerank must be, and the model's name.",
                code="upstream_no_reranker",
            )
        return ModelHTTPError.for_category(
            _choose_category(status),
            status_code=status,
            model_name=self._name,
            body=_read_body(response),
            headers=response.headers,
        )


def write_request(
    model: str, query: str, passages: Sequence[str], *, format: Format = "documents"
) -> dict[str, Any]:
    """Return the body of a request.

    It says nothing of how many results are wanted: all are, which is every server's default, and the field has two
    names (`top_n`, Voyage's `top_k`).
    """
    if format == "texts":
        return {"query": query, "texts": list(passages), "truncate": True}
    return {"model": model, "query": query, "documents": list(passages)}


def read_ranking(value: object, count: int, *, name: str) -> Ranking:
    """Return the scores of an answer in the order of the `count` passages that were sent.

    The results stand in `results`, in `data` (Voyage) or are the whole answer (text-embeddings-inference), each with
    its `index` and `relevance_score` or `score`. Raises UpstreamFailed when it is not one score for each passage.
    """
    answer = value if isinstance(value, Mapping) else {"results": value}
    results = answer.get("results", answer.get("data"))
    scores = _read_scores(results) if isinstance(results, Sequence) else None
    if scores is None:
        raise UpstreamFailed(
            f"{name} sent what is no answer to a rerank request.",
            hint="Check the `base_url` of its provider, and that the model is one for reranking.",
            code="upstream_unreadable",
        )
    if len(scores) != count or not all(place in scores for place in range(count)):
        raise UpstreamFailed(
            f"{name} sent {len(scores)} scores for {count} passages.",
            hint="Check that its model is one for reranking.",
            code="upstream_wrong_count",
        )
    return Ranking(tuple(scores[place] for place in range(count)), _find_tokens(answer))


def _read_scores(results: Sequence[object]) -> dict[int, float] | None:
    """Return the scores by index, None for results that cannot be read."""
    scores: dict[int, float] = {}
    for result in results:
        if not isinstance(result, Mapping):
            return None
        index, score = result.get("index"), result.get("relevance_score", result.get("score"))
        if not isinstance(index, int) or not isinstance(score, int | float):
            return None
        scores[index] = float(score)
    return scores


def _find_tokens(answer: Mapping[str, Any]) -> int | None:
    """Return the tokens that were counted: in `usage`, or in Cohere's `meta`."""
    meta = answer.get("meta")
    counted = meta.get("tokens") if isinstance(meta, Mapping) else answer.get("usage")
    if not isinstance(counted, Mapping):
        return None
    found = (counted.get(key) for key in ("total_tokens", "prompt_tokens", "input_tokens"))
    return next((tokens for tokens in found if isinstance(tokens, int) and tokens > 0), None)


def _choose_category(status: int) -> type[Any]:
    match status:
        case 401 | 403:
            return ModelAuthenticationError
        case 402:
            return ModelQuotaExceededError
        case 429:
            return ModelRateLimitError
        case 408 | 503 | 529:
            return ModelUnavailableError
        case _:
            return ModelServerError if status >= 500 else ModelRequestRejectedError


def _read_body(response: httpx2.Response) -> object:
    """Return what was said, as JSON where it is; Cohere and TEI say it in `message` and `error`."""
    try:
        return response.json()
    except ValueError:
        return response.text
