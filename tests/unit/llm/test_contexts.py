"""How many tokens a model takes, in the words of each server."""

from __future__ import annotations

from typing import Any

import pytest

from answerable.llm.providers.contexts import find_context, find_shown_context


@pytest.mark.parametrize(
    ("entry", "tokens"),
    [
        ({"id": "m", "max_model_len": 32768}, 32768),
        ({"id": "m", "context_length": 131072}, 131072),
        ({"id": "m", "context_window": 8192}, 8192),
        ({"id": "m", "max_context_length": 65536}, 65536),
        ({"id": "m", "meta": {"n_ctx": 4096, "n_ctx_train": 131072}}, 4096),
        ({"id": "m", "meta": {"n_ctx_train": 131072}}, 131072),
        ({"id": "m", "max_model_len": None, "context_length": 1024}, 1024),
        ({"id": "m"}, None),
        ({"id": "m", "meta": None}, None),
        ({"id": "m", "context_length": 0}, None),
        ({"id": "m", "context_length": True}, None),
        ({"id": "m", "context_length": "many"}, None),
    ],
)
def test_a_list_of_models_tells_it_in_the_word_of_its_server(
    entry: dict[str, Any], tokens: int | None
) -> None:
    assert find_context(entry) == tokens


@pytest.mark.parametrize(
    ("shown", "tokens"),
    [
        ({"model_info": {"general.architecture": "llama", "llama.context_length": 8192}}, 8192),
        (
            {
                "parameters": 'stop    "<|eot|>"\nnum_ctx                        4096',
                "model_info": {"general.architecture": "llama", "llama.context_length": 131072},
            },
            4096,
        ),
        ({"model_info": {"general.architecture": "llama"}}, None),
        ({"model_info": None}, None),
        ([], None),
    ],
)
def test_ollama_tells_what_a_model_is_run_with_or_else_was_made_for(
    shown: object, tokens: int | None
) -> None:
    assert find_shown_context(shown) == tokens
