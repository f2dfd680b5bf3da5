"""A provider's batch API: many requests handed in at once, answered within a day, for about half the price.

Pydantic AI has it for Anthropic, OpenAI (Responses) and Google (Gemini API); this is one model of those.
"""

from __future__ import annotations

import sys
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Iterator, Mapping
from contextlib import asynccontextmanager
from decimal import Decimal
from itertools import groupby

from pydantic import TypeAdapter, ValidationError
from pydantic_ai.exceptions import AgentRunError, UserError
from pydantic_ai.messages import ModelResponse
from pydantic_ai.models import Model
from pydantic_ai.models.batch import Batch, BatchResult, EncodedBatchRequest

from answerable.core.errors import InvalidInput, UpstreamFailed
from answerable.llm.endpoints.any_model import AnyModelEndpoint
from answerable.llm.failures import translate
from answerable.llm.providers.types import BatchJob
from answerable.llm.types import Attempt, ChatRequest, ChatResult, Usage

_HANDLE = TypeAdapter(Batch)

OwnPrice = Callable[[Usage], Decimal | None]


class ProviderBatches:
    """Implements `answerable.llm.providers.types.BatchApi`."""

    def __init__(
        self, name: str, model: Model, *, endpoint: AnyModelEndpoint, own_price: OwnPrice | None
    ) -> None:
        """`own_price` is the operator's, where one is stated. Raises InvalidInput for a model without a batch API."""
        if model.batch_max_requests is None:
            raise InvalidInput(
                f"{name} has no batch API.",
                hint="Leave out --provider-batch, or take a model of Anthropic, OpenAI or the Gemini API.",
                code="no_batch_api",
            )
        self.name = name
        self.max_requests = model.batch_max_requests
        self._model = model
        self._endpoint = endpoint
        self._own_price = own_price

    async def submit(self, requests: Mapping[str, ChatRequest]) -> AsyncGenerator[tuple[BatchJob, list[str]]]:
        async with _translated(self.name):
            encoded = [
                await self._model.batch_encode(self._endpoint.to_batch_request(id_, request))
                for id_, request in requests.items()
            ]
            for _, group in groupby(sorted(encoded, key=_get_group), key=_get_group):
                for part in self._split(list(group)):
                    batch = await self._model.batch_create(part)
                    yield self._to_job(batch), [request.custom_id for request in part]

    async def check(self, job: BatchJob) -> BatchJob:
        async with _translated(self.name):
            return self._to_job(await self._model.batch_status(_read_handle(job)))

    async def collect(self, job: BatchJob) -> CollectedJob:
        async with _translated(self.name):
            results = await self._model.batch_results(_read_handle(job))
        by_id = {result.custom_id: result for result in results}
        return CollectedJob(self.name, self._model, self._endpoint, by_id, own_price=self._own_price)

    def _split(self, requests: list[EncodedBatchRequest]) -> Iterator[list[EncodedBatchRequest]]:
        """Yield parts that the provider takes in one job, by their number and their bytes."""
        part: list[EncodedBatchRequest] = []
        room = most = self._model.batch_max_bytes or sys.maxsize
        for request in requests:
            size = self._model.batch_request_size(request)
            if part and (size > room or len(part) == self.max_requests):
                yield part
                part, room = [], most
            part.append(request)
            room -= size
        yield part

    def _to_job(self, batch: Batch) -> BatchJob:
        handle = _HANDLE.dump_json(batch).decode()
        return BatchJob(batch.id, self.name, ended=batch.status == "ended", handle=handle)


class CollectedJob:
    """Implements `answerable.llm.providers.types.Collected`."""

    def __init__(
        self,
        name: str,
        model: Model,
        endpoint: AnyModelEndpoint,
        results: Mapping[str, BatchResult],
        *,
        own_price: OwnPrice | None,
    ) -> None:
        self._name = name
        self._model = model
        self._endpoint = endpoint
        self._results = results
        self._own_price = own_price

    def read(self, id: str, request: ChatRequest) -> ChatResult:
        response = self._decode(id, request)
        reply = self._endpoint.read(request, response)
        if reply.usage is None or reply.ending is None or not reply.text.strip():
            raise UpstreamFailed(f"{self._name} left a request of a batch without a complete answer.")
        return ChatResult(
            text=reply.text,
            model=self._name,
            usage=reply.usage,
            cost_usd=self._find_cost(response, reply.usage),
            finish_reason=reply.ending,
            response_model=reply.model,
            fingerprint=reply.fingerprint,
            attempts=(Attempt(self._name, start_ms=0.0, duration_ms=0.0),),
        )

    def _decode(self, id: str, request: ChatRequest) -> ModelResponse:
        result = self._results.get(id)
        if result is None:
            raise UpstreamFailed(f"{self._name} left a request of a batch without a result.")
        try:
            return self._model.batch_decode(result, self._endpoint.to_batch_request(id, request))
        except (AgentRunError, UserError) as error:
            raise translate(error, self._name) from error

    def _find_cost(self, response: ModelResponse, usage: Usage) -> Decimal | None:
        """Return the price of a batch: the operator's own, else half of the public one as the provider sells it."""
        if self._own_price is not None:
            return self._own_price(usage)
        try:
            return response.cost().total_price
        except (LookupError, ValueError):
            return None


@asynccontextmanager
async def _translated(name: str) -> AsyncIterator[None]:
    try:
        yield
    except (AgentRunError, UserError) as error:
        raise translate(error, name) from error


def _get_group(request: EncodedBatchRequest) -> str:
    return request.group


def _read_handle(job: BatchJob) -> Batch:
    try:
        return _HANDLE.validate_json(job.handle)
    except ValidationError as error:
        raise InvalidInput(
            f"The batch {job.id} was noted by another version.", hint="Collect it with that one."
        ) from error
