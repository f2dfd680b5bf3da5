"""Embedders of providers: batches, retries, deadlines, unit length around a Pydantic AI embedding model."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Iterator, Sequence

import numpy as np
from numpy.typing import NDArray
from pydantic_ai.embeddings.base import EmbeddingModel
from pydantic_ai.embeddings.result import EmbeddingResult, EmbedInputType

from answerable.core.errors import AnswerableError, SetupError, UpstreamFailed
from answerable.llm.attempts import Attempts
from answerable.llm.counting import counted
from answerable.llm.failures import SilenceError
from answerable.llm.policy import CallPolicy, Deadline
from answerable.llm.prices import PriceList
from answerable.llm.status import ModelRecord
from answerable.llm.texts import make_sendable
from answerable.llm.tokens import estimate_tokens
from answerable.llm.types import Usage, Vectors

_AT_ONCE = 4
"""Requests in flight for one call: enough to hide the way there and back, few enough for a rate limit."""


class ProviderEmbedder:
    """Implements `answerable.llm.types.Embedder`."""

    languages: frozenset[str] | None = None

    def __init__(
        self,
        name: str,
        model: EmbeddingModel,
        *,
        dimensions: int,
        batch_texts: int,
        batch_tokens: int,
        policy: CallPolicy,
        prices: PriceList,
        record: ModelRecord,
    ) -> None:
        self.name = name
        self.dimensions = dimensions
        self._model = model
        self._batch_texts = batch_texts
        self._batch_tokens = batch_tokens
        self._policy = policy
        self._prices = prices
        self._record = record

    async def embed_query(self, text: str) -> NDArray[np.float32]:
        """Return shape (dimensions,), unit length. Raises ServiceError."""
        vectors = await self._embed([text], "query")
        return np.asarray(vectors[0], dtype=np.float32)

    async def embed_passages(self, texts: Sequence[str]) -> Vectors:
        """Return shape (len(texts), dimensions), unit rows, in the order of `texts`. Raises ServiceError."""
        if not texts:
            return np.empty((0, self.dimensions), dtype=np.float32)
        slots = asyncio.Semaphore(_AT_ONCE)

        async def embed(batch: Sequence[str]) -> Vectors:
            async with slots:
                return await self._embed(batch, "document")

        batches = split_batches(texts, max_texts=self._batch_texts, max_tokens=self._batch_tokens)
        try:
            async with asyncio.TaskGroup() as group:
                tasks = [group.create_task(embed(batch)) for batch in batches]
        except ExceptionGroup as failures:
            raise failures.exceptions[0] from None
        return np.concatenate([task.result() for task in tasks])

    async def _embed(self, texts: Sequence[str], kind: EmbedInputType) -> Vectors:
        deadline = Deadline(self._policy.clock, self._policy.embedding)
        attempts = Attempts(self.name, self._policy, deadline)
        while True:
            try:
                result = await self._count(self._request(texts, kind, deadline))
                return await asyncio.to_thread(self._normalise, result.embeddings, len(texts))
            except AnswerableError:
                raise
            except Exception as error:
                await attempts.wait(error)

    async def _count(self, request: Awaitable[EmbeddingResult]) -> EmbeddingResult:
        """Make a request and count it, with its tokens (our estimate where the provider gives none) and its price."""
        async with counted(self._record, self._policy.clock, self.name):
            result = await request
        tokens = result.usage.input_tokens or sum(estimate_tokens(text) for text in result.inputs)
        cost = self._prices.find_embedding_cost(self._model.model_name, tokens)
        self._record.note_usage(Usage(input_tokens=tokens), cost)
        return result

    async def _request(
        self, texts: Sequence[str], kind: EmbedInputType, deadline: Deadline
    ) -> EmbeddingResult:
        limit = min(self._policy.first_token, deadline.left())
        # Providers refuse an empty text, and a passage is never only that.
        sendable = [make_sendable(text) or " " for text in texts]
        try:
            async with asyncio.timeout(limit):
                return await self._model.embed(sendable, input_type=kind)
        except TimeoutError as error:
            raise SilenceError(limit) from error

    def _normalise(self, numbers: Sequence[Sequence[float]], count: int) -> Vectors:
        """Return the rows at unit length. Raises UpstreamFailed and SetupError for what was not asked."""
        if len(numbers) != count or len({len(row) for row in numbers}) != 1:
            raise UpstreamFailed(f"{self.name} sent {len(numbers)} vectors for {count} texts.")
        vectors = np.asarray(numbers, dtype=np.float32)
        if vectors.shape[1] != self.dimensions:
            provider, _, model = self.name.partition(":")
            sent = vectors.shape[1]
            raise SetupError(
                f"{self.name} sends {sent} dimensions, not {self.dimensions}.",
                hint=f'Set "{model}" = {sent} in [providers.{provider}.dimensions] of answerable.toml.',
            )
        lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
        if not np.all(np.isfinite(lengths)) or not np.all(lengths > 0):
            raise UpstreamFailed(f"{self.name} sent a vector without a direction.")
        return np.asarray(vectors / lengths, dtype=np.float32)


def split_batches(texts: Sequence[str], *, max_texts: int, max_tokens: int) -> Iterator[Sequence[str]]:
    """Cut the texts, in order, into batches within both bounds; a text over `max_tokens` goes alone."""
    batch: list[str] = []
    tokens = 0
    for text in texts:
        size = estimate_tokens(text)
        if batch and (len(batch) == max_texts or tokens + size > max_tokens):
            yield batch
            batch, tokens = [], 0
        batch.append(text)
        tokens += size
    if batch:
        yield batch
