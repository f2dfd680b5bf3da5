"""Rerankers of providers: batches, retries and deadlines around what scores the passages of one request."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Protocol

from answerable.core.errors import AnswerableError
from answerable.llm.attempts import Attempts
from answerable.llm.counting import counted
from answerable.llm.failures import SilenceError
from answerable.llm.policy import CallPolicy, Deadline
from answerable.llm.prices import PriceList
from answerable.llm.status import ModelRecord
from answerable.llm.texts import make_sendable
from answerable.llm.tokens import estimate_tokens
from answerable.llm.types import Usage

_AT_ONCE = 4
"""Requests in flight for one search: as many as an embedder has for one call."""


@dataclass(frozen=True, slots=True)
class Ranking:
    """A score for each passage of a request, in its order. `tokens` are those that the provider counted, if it did."""

    scores: tuple[float, ...]
    tokens: int | None = None


class RerankApi(Protocol):
    """One request to a reranking model."""

    async def rank(self, query: str, passages: Sequence[str]) -> Ranking:
        """Return a score for each passage; higher is better. Raises what `failures.translate` knows."""
        ...


class ProviderReranker:
    """Implements `answerable.llm.types.Reranker`."""

    def __init__(
        self,
        name: str,
        api: RerankApi,
        *,
        batch_texts: int,
        policy: CallPolicy,
        prices: PriceList,
        record: ModelRecord,
    ) -> None:
        self.name = name
        self._api = api
        self._batch_texts = batch_texts
        self._policy = policy
        self._prices = prices
        self._record = record

    async def score(self, query: str, passages: Sequence[str]) -> Sequence[float]:
        """Return a score for each passage, in order. Raises ServiceError."""
        slots = asyncio.Semaphore(_AT_ONCE)
        query = make_sendable(query)
        # Providers refuse an empty text.
        sendable = [make_sendable(passage) or " " for passage in passages]

        async def rank(batch: Sequence[str]) -> tuple[float, ...]:
            async with slots:
                return await self._rank(query, batch)

        size = self._batch_texts
        batches = [sendable[start : start + size] for start in range(0, len(sendable), size)]
        try:
            async with asyncio.TaskGroup() as group:
                tasks = [group.create_task(rank(batch)) for batch in batches]
        except ExceptionGroup as failures:
            raise failures.exceptions[0] from None
        return tuple(chain.from_iterable(task.result() for task in tasks))

    async def _rank(self, query: str, passages: Sequence[str]) -> tuple[float, ...]:
        deadline = Deadline(self._policy.clock, self._policy.reranking)
        attempts = Attempts(self.name, self._policy, deadline)
        while True:
            try:
                return await self._request(query, passages, deadline)
            except AnswerableError:
                raise
            except Exception as error:
                await attempts.wait(error)

    async def _request(self, query: str, passages: Sequence[str], deadline: Deadline) -> tuple[float, ...]:
        limit = min(self._policy.first_token, deadline.left())
        async with counted(self._record, self._policy.clock, self.name):
            try:
                async with asyncio.timeout(limit):
                    ranking = await self._api.rank(query, passages)
            except TimeoutError as error:
                raise SilenceError(limit) from error
        tokens = _estimate(query, passages) if ranking.tokens is None else ranking.tokens
        cost = self._prices.find_cost(self.name.partition(":")[2], Usage(input_tokens=tokens))
        self._record.note_usage(Usage(input_tokens=tokens), cost)
        return ranking.scores


def _estimate(query: str, passages: Sequence[str]) -> int:
    """Return about how many tokens the model reads: the query beside each passage, as providers count them."""
    return len(passages) * estimate_tokens(query) + sum(map(estimate_tokens, passages))
