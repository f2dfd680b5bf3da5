"""Our embedders over the real SDK against the fake server."""

from __future__ import annotations

import numpy as np
import pytest

from answerable.core.errors import SetupError, Unavailable, UpstreamFailed
from answerable.fake_models.openai_embeddings import embed_text
from answerable.llm.service import Models
from tests.integration.llm.conftest import FakeModels, Sleeps

NAME = "openai:fake-embedding-1"


async def test_vectors_have_unit_length_and_the_order_of_their_texts(models: Models) -> None:
    texts = [f"passage number {number}" for number in range(600)]
    vectors = await models.embedder(NAME).embed_passages(texts)

    assert vectors.shape == (600, 256)
    assert vectors.dtype == np.float32
    np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1.0, atol=1e-5)
    np.testing.assert_allclose(vectors[417], embed_text(texts[417]), atol=1e-6)


async def test_many_texts_go_in_batches(models: Models, fake: FakeModels) -> None:
    await models.embedder(NAME).embed_passages(["text"] * 600)

    assert sorted(request["inputs"] for request in fake.list_requests()) == [88, 256, 256]


async def test_no_texts_are_no_request(models: Models, fake: FakeModels) -> None:
    assert (await models.embedder(NAME).embed_passages([])).shape == (0, 256)
    assert fake.list_requests() == []


async def test_a_query_is_embedded_as_its_passage_is(models: Models) -> None:
    embedder = models.embedder(NAME)
    query = await embedder.embed_query("how high is it")

    np.testing.assert_array_equal(query, (await embedder.embed_passages(["how high is it"]))[0])


async def test_empty_and_unsendable_texts_get_a_vector_too(models: Models) -> None:
    vectors = await models.embedder(NAME).embed_passages(["", "a\0b", "\udcff"])

    np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1.0, atol=1e-5)


async def test_failures_are_tried_again(models: Models, fake: FakeModels, sleeps: Sleeps) -> None:
    fake.behave("rate_limit", times=1, retry_after=3)
    await models.embedder(NAME).embed_query("hello")

    assert sleeps.seconds == [3.25]


async def test_a_lasting_failure_is_ours(models: Models, fake: FakeModels) -> None:
    fake.behave("rate_limit")
    with pytest.raises(Unavailable, match="rate limit"):
        await models.embedder(NAME).embed_passages(["one", "two"])

    fake.behave("malformed_json")
    with pytest.raises(UpstreamFailed, match="cannot be read"):
        await models.embedder(NAME).embed_query("hello")


async def test_other_dimensions_than_promised_are_refused_with_the_line_to_write(models: Models) -> None:
    with pytest.raises(
        SetupError, match=r'Set "text-embedding-3-small" = 256 in \[providers\.openai\.dimensions'
    ):
        await models.embedder("openai:text-embedding-3-small").embed_query("hello")


def test_unknown_dimensions_are_asked_for(models: Models) -> None:
    with pytest.raises(SetupError, match=r'"unheard-of" = 1024 .* in \[providers\.mine\.dimensions\]'):
        models.embedder("mine:unheard-of")


def test_a_provider_without_embedders_says_so(models: Models) -> None:
    with pytest.raises(SetupError, match="has no embedders"):
        models.embedder("anthropic:any")
