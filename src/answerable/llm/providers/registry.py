"""The kinds of providers. Free of SDKs: importing all takes seconds, and a process needs one or none."""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module
from typing import cast

from answerable.llm.policy import CallPolicy
from answerable.llm.providers.types import Backend

KINDS: Mapping[str, str] = {
    "anthropic": "answerable.llm.providers.anthropic",
    "azure": "answerable.llm.providers.azure",
    "bedrock": "answerable.llm.providers.bedrock",
    "google": "answerable.llm.providers.google",
    "google-vertex": "answerable.llm.providers.google_vertex",
    "ollama": "answerable.llm.providers.ollama",
    "openai": "answerable.llm.providers.openai",
    "openai-compatible": "answerable.llm.providers.openai_compatible",
    "sentence-transformers": "answerable.llm.providers.sentence_transformers",
}
"""The module of each kind; it has `build(settings, http) -> Kit`."""

RERANKING: frozenset[str] = frozenset({"openai-compatible"})
"""The kinds that have rerankers."""

EXTRAS: Mapping[str, str] = {"sentence-transformers": "sentence-transformers"}
"""The extra of the distribution that a kind needs."""


def load_backend(policy: CallPolicy) -> Backend:
    """Import what all providers share, a matter of seconds, and return it ready for connections."""
    return cast("Backend", import_module("answerable.llm.providers.backend").create_backend(policy))
