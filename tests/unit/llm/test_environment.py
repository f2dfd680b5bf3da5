"""What is chosen when nobody names a model."""

from __future__ import annotations

import pytest

from answerable.llm.environment import choose_default, find_providers, merge_providers
from answerable.llm.providers.types import ProviderSettings


@pytest.mark.parametrize(
    ("environ", "chosen"),
    [
        ({}, "local:extractive"),
        ({"ANTHROPIC_API_KEY": "a", "OPENAI_API_KEY": "b"}, "anthropic:claude-haiku-5-5"),
        ({"OPENAI_API_KEY": "b", "GEMINI_API_KEY": "c"}, "openai:gpt-6-luna"),
        ({"GOOGLE_API_KEY": "c"}, "google:gemini-3.8-flash"),
        ({"AZURE_OPENAI_API_KEY": "d", "AZURE_OPENAI_ENDPOINT": "https://x"}, "local:extractive"),
        (
            {
                "AZURE_OPENAI_API_KEY": "d",
                "AZURE_OPENAI_ENDPOINT": "https://x",
                "AZURE_OPENAI_DEPLOYMENT": "prod",
            },
            "azure:prod",
        ),
        (
            {"GOOGLE_APPLICATION_CREDENTIALS": "/f", "GOOGLE_CLOUD_PROJECT": "p"},
            "google-vertex:gemini-3.8-flash",
        ),
        ({"AWS_ACCESS_KEY_ID": "e"}, "local:extractive"),
        ({"AWS_PROFILE": "e", "AWS_REGION": "us-east-1"}, "bedrock:global.anthropic.claude-haiku-5-5"),
        ({"OLLAMA_HOST": "gpu:11434"}, "local:extractive"),
        ({"OLLAMA_HOST": "gpu:11434", "OLLAMA_MODEL": "qwen3:8b"}, "ollama:qwen3:8b"),
        ({"ANTHROPIC_API_KEY": "  "}, "local:extractive"),
    ],
    ids=str,
)
def test_the_environment_decides(environ: dict[str, str], chosen: str) -> None:
    assert choose_default(environ, ()) == chosen


def test_a_configured_default_comes_first() -> None:
    mine = ProviderSettings("mine", "openai-compatible", "http://127.0.0.1/v1", default_model="qwen")
    idle = ProviderSettings("idle", "openai-compatible", "http://127.0.0.1/v1")

    assert choose_default({"OPENAI_API_KEY": "k"}, [idle, mine]) == "mine:qwen"
    assert choose_default({"OPENAI_API_KEY": "k"}, [idle]) == "openai:gpt-6-luna"


def test_configured_settings_stand_before_the_environments() -> None:
    mine = ProviderSettings("openai", "openai", "http://127.0.0.1/v1", "mine")
    merged = {settings.name: settings for settings in merge_providers([mine], {"OPENAI_API_KEY": "theirs"})}

    assert merged["openai"] is mine
    assert {"ollama", "sentence-transformers"} <= merged.keys()


def test_settings_come_from_the_variables_that_are_set() -> None:
    (bedrock, *_) = find_providers({"AWS_ACCESS_KEY_ID": "e", "AWS_DEFAULT_REGION": "eu-west-1"})

    assert (bedrock.kind, dict(bedrock.options)) == ("bedrock", {"region": "eu-west-1"})


def test_a_key_is_not_shown() -> None:
    assert "sk-secret" not in repr(ProviderSettings("openai", "openai", api_key="sk-secret"))
