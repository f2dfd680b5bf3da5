"""A provider's batch API, by the real SDK, against the fake models."""

from __future__ import annotations

import json
from dataclasses import replace
from decimal import Decimal

import pytest

from answerable.core.errors import AnswerableError, InvalidInput, UpstreamFailed
from answerable.llm.providers.types import BatchApi, BatchJob
from answerable.llm.service import Models
from answerable.llm.types import ChatRequest, ChatResult, Message, OutputSchema
from tests.integration.llm.conftest import FakeModels

SCHEMA = OutputSchema({"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]})
REQUESTS = {
    "row-1": ChatRequest((Message("system", "Be brief."), Message("user", "Say one."))),
    "row-2": ChatRequest((Message("user", "city: Bern"),), output=SCHEMA),
}


async def run_to_end(batches: BatchApi, requests: dict[str, ChatRequest]) -> BatchJob:
    ((job, ids),) = [handed async for handed in batches.submit(requests)]
    assert sorted(ids) == sorted(requests)
    assert not job.ended
    for _ in range(5):
        job = await batches.check(job)
        if job.ended:
            return job
    raise AssertionError("the batch does not end")


async def collect(
    models: Models, name: str, requests: dict[str, ChatRequest]
) -> dict[str, ChatResult | Exception]:
    batches = models.batches(name)
    collected = await batches.collect(await run_to_end(batches, requests))
    results: dict[str, ChatResult | Exception] = {}
    for id_, request in requests.items():
        try:
            results[id_] = collected.read(id_, request)
        except AnswerableError as error:
            results[id_] = error
    return results


async def test_each_request_gets_its_answer(models: Models, fake: FakeModels) -> None:
    results = await collect(models, "anthropic:fake-1", REQUESTS)

    one, two = results["row-1"], results["row-2"]
    assert isinstance(one, ChatResult)
    assert isinstance(two, ChatResult)
    assert "Say one." in one.text
    assert json.loads(two.text) == {"city": "Bern"}
    assert one.usage.input_tokens > 0
    assert (one.finish_reason, one.model, len(one.attempts)) == ("stop", "anthropic:fake-1", 1)
    assert one.cost_usd is None, "nobody states a price of this model"


async def test_another_process_can_collect(models: Models, fake: FakeModels) -> None:
    job = await run_to_end(models.batches("anthropic:fake-1"), REQUESTS)

    found = await models.batches("anthropic:fake-1").collect(replace(job))
    assert "Say one." in found.read("row-1", REQUESTS["row-1"]).text


@pytest.mark.parametrize("behaviour", ["server_error", "rate_limit", "empty"])
async def test_a_request_without_an_answer_says_why(models: Models, fake: FakeModels, behaviour: str) -> None:
    results = await collect(models, f"anthropic:fake-1!{behaviour}", {"a": REQUESTS["row-1"]})
    assert isinstance(results["a"], AnswerableError)


async def test_a_request_that_is_not_in_the_batch_has_no_result(models: Models, fake: FakeModels) -> None:
    batches = models.batches("anthropic:fake-1")
    collected = await batches.collect(await run_to_end(batches, REQUESTS))
    with pytest.raises(UpstreamFailed):
        collected.read("row-3", REQUESTS["row-1"])


async def test_a_model_without_a_batch_api_says_so(models: Models, fake: FakeModels) -> None:
    for name in ("mine:fake-1", "ollama:fake-1"):
        with pytest.raises(InvalidInput) as caught:
            models.batches(name)
        assert caught.value.code == "no_batch_api"


async def test_the_public_price_of_a_batch_is_half(models: Models, fake: FakeModels) -> None:
    results = await collect(models, "anthropic:claude-haiku-4-5", {"a": REQUESTS["row-1"]})
    result = results["a"]
    assert isinstance(result, ChatResult)
    full = Decimal(result.usage.input_tokens) * 1 + Decimal(result.usage.output_tokens) * 5
    assert result.cost_usd == pytest.approx(full / 2 / 1_000_000)
