"""A judge of the family that it judges is warned of."""

from __future__ import annotations

import pytest

from answerable.evaluation.judging.families import find_family, find_self_preference


@pytest.mark.parametrize(
    ("model", "family"),
    [
        ("openai:gpt-5-mini", "gpt"),
        ("azure:my-gpt-4o-deployment", "gpt"),
        ("openai:o3-mini", "gpt"),
        ("anthropic:claude-sonnet-4-5", "claude"),
        ("bedrock:anthropic.claude-3-5-sonnet-20241022-v2:0", "claude"),
        ("google-gla:gemini-2.5-pro", "gemini"),
        ("ollama:llama3.1:8b", "llama"),
        ("mine:Qwen2.5-7B-Instruct", "qwen"),
        ("local:extractive", None),
        ("mine:secret-sauce", None),
    ],
)
def test_the_family_is_told_by_the_name(model: str, family: str | None) -> None:
    assert find_family(model) == family


def test_the_same_model_and_the_same_family_are_warned_of() -> None:
    assert "one model" in find_self_preference(["openai:gpt-5"], "openai:gpt-5")
    assert "of the family of azure:gpt-4o" in find_self_preference(["openai:gpt-5"], "azure:gpt-4o")


@pytest.mark.parametrize(
    "judged", ["anthropic:claude-sonnet-4-5", "mine:secret-sauce", "local:extractive", ""]
)
def test_another_family_and_an_unknown_one_are_not(judged: str) -> None:
    assert find_self_preference(["openai:gpt-5", "mine:other"], judged) == ""
