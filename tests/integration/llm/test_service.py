"""The models of a process: names, settings, health."""

from __future__ import annotations

import io
from collections.abc import AsyncGenerator

import httpx2
import pytest
from botocore.awsrequest import AWSPreparedRequest, AWSResponse  # type: ignore[import-untyped]
from pydantic_ai.models.bedrock import BedrockConverseModel
from urllib3 import HTTPResponse

from answerable.core.errors import InvalidInput, SetupError
from answerable.llm.providers import bedrock
from answerable.llm.providers.registry import KINDS
from answerable.llm.providers.types import ProviderSettings
from answerable.llm.service import Models
from answerable.llm.types import ChatRequest, ChatResult, TextDelta
from tests.integration.llm.conftest import FakeModels


class ParrotModel:
    """A local model: says one word."""

    name = "local:parrot"

    async def stream(self, request: ChatRequest) -> AsyncGenerator[TextDelta | ChatResult, None]:
        yield TextDelta("ready")
        yield ChatResult(text="ready", model=self.name)


def test_a_model_is_made_once(models: Models) -> None:
    assert models.chat("mine:fake-1") is models.chat() is models.chat("mine:fake-1")


async def test_local_models_stand_beside_the_others(models: Models) -> None:
    models.register_local_chat(ParrotModel())

    assert models.chat("local:parrot").name == "local:parrot"
    assert (await models.check("local:parrot")).ok
    with pytest.raises(InvalidInput, match=r"There are: local:parrot"):
        models.chat("local:cockatoo")


def test_an_unknown_provider_is_told_what_there_is_and_how_to_add_one(models: Models) -> None:
    with pytest.raises(InvalidInput) as caught:
        models.chat("acme:model-7")

    assert "'acme'; there are: anthropic, azure, local, mine, ollama, openai." in caught.value.detail
    assert "[providers.acme]" in str(caught.value.hint)


@pytest.mark.parametrize("name", ["fake-1", ":fake-1", "mine:", " "])
def test_a_name_needs_both_parts(models: Models, name: str) -> None:
    with pytest.raises(InvalidInput, match="does not name a model"):
        models.chat(name)


async def test_health_tells_what_was_seen_and_what_to_do(models: Models, fake: FakeModels) -> None:
    good = await models.check()
    assert good.ok
    assert good.detail.startswith("It answered in")

    fake.behave("empty")
    bad = await models.check()
    assert not bad.ok
    assert "empty answer" in bad.detail

    unknown = await models.check("acme:model-7")
    assert (unknown.ok, unknown.hint is not None) == (False, True)


async def test_health_of_an_embedder(models: Models) -> None:
    good = await models.check_embedder("openai:fake-embedding-1")
    bad = await models.check_embedder("openai:text-embedding-3-large")

    assert (good.ok, good.detail) == (True, "It gives 256 dimensions.")
    assert (bad.ok, bad.detail) == (False, "openai:text-embedding-3-large sends 256 dimensions, not 3072.")


@pytest.mark.parametrize(
    ("settings", "missing"),
    [
        (ProviderSettings("openai", "openai"), "OPENAI_API_KEY"),
        (ProviderSettings("anthropic", "anthropic"), "ANTHROPIC_API_KEY"),
        (ProviderSettings("google", "google"), "GEMINI_API_KEY"),
        (ProviderSettings("google-vertex", "google-vertex"), "GOOGLE_CLOUD_PROJECT"),
        (ProviderSettings("azure", "azure", api_key="k"), "AZURE_OPENAI_ENDPOINT"),
        (ProviderSettings("bedrock", "bedrock"), "AWS_REGION"),
        (ProviderSettings("mine", "openai-compatible"), "base_url"),
    ],
    ids=lambda value: value.kind if isinstance(value, ProviderSettings) else value,
)
async def test_what_a_provider_lacks_is_named(settings: ProviderSettings, missing: str) -> None:
    models = Models([settings])
    with pytest.raises(SetupError) as caught:
        models.chat(f"{settings.name}:any")
    await models.close()

    assert missing in str(caught.value.hint)


@pytest.mark.parametrize(
    "settings",
    [
        ProviderSettings("google", "google", api_key="k"),
        ProviderSettings("bedrock", "bedrock", api_key="k", options={"region": "eu-central-1"}),
        ProviderSettings("azure", "azure", "https://acme.openai.azure.com", "k"),
        ProviderSettings(
            "old-azure", "azure", "https://acme.openai.azure.com", "k", options={"api_version": "2024-06-01"}
        ),
        ProviderSettings("chat", "openai", api_key="k", options={"api": "chat"}),
    ],
    ids=lambda settings: settings.name,
)
async def test_a_provider_is_ready_without_a_call(settings: ProviderSettings) -> None:
    models = Models([settings])
    assert models.chat(f"{settings.name}:any").name == f"{settings.name}:any"
    await models.close()


async def test_a_key_of_bedrock_in_the_settings_signs_the_request() -> None:
    settings = ProviderSettings(
        "bedrock", "bedrock", "https://127.0.0.1:9", "secret", options={"region": "eu-central-1"}
    )
    model = bedrock.build(settings, httpx2.AsyncClient()).chat("any")  # type: ignore[misc]
    assert isinstance(model, BedrockConverseModel)
    sent: list[bytes] = []

    def answer(request: AWSPreparedRequest, **_rest: object) -> AWSResponse:
        sent.append(request.headers["Authorization"])
        return AWSResponse(request.url, 200, {}, HTTPResponse(io.BytesIO(b"{}"), preload_content=False))

    model.client.meta.events.register("before-send.bedrock-runtime.Converse", answer)
    model.client.converse(modelId="any", messages=[{"role": "user", "content": [{"text": "Hello"}]}])
    assert sent == [b"Bearer secret"]


async def test_an_extra_that_is_not_installed_is_named() -> None:
    models = Models([ProviderSettings("sentence-transformers", "sentence-transformers")])
    with pytest.raises(SetupError, match=r"pip install 'answerable\[sentence-transformers\]'"):
        models.embedder("sentence-transformers:any")
    await models.close()


def test_a_kind_that_does_not_exist_is_refused_at_once() -> None:
    with pytest.raises(SetupError, match="'magic'") as caught:
        Models([ProviderSettings("mine", "magic")])

    assert all(kind in str(caught.value.hint) for kind in KINDS)


@pytest.mark.parametrize("name", ["local", "a:b"])
def test_a_provider_cannot_take_a_name_that_would_confuse(name: str) -> None:
    with pytest.raises(SetupError, match="cannot be called"):
        Models([ProviderSettings(name, "openai")])
