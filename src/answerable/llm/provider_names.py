"""Which provider a model's name means, by the settings alone: no SDK is loaded and nobody is asked."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from answerable.core.closeness import suggest
from answerable.core.errors import InvalidInput
from answerable.llm.names import LOCAL, split_name
from answerable.llm.providers.registry import RERANKING
from answerable.llm.providers.types import ProviderSettings


def get_provider(name: str, providers: Mapping[str, ProviderSettings]) -> ProviderSettings:
    """Return the settings of the provider called `name`. Raises InvalidInput with the nearest that there is."""
    settings = providers.get(name)
    if settings is not None:
        return settings
    add = (
        f"Add [providers.{name}] to answerable.toml, with its `kind`, `base_url` and `api_key`, "
        "or set the API key of a known provider in the environment."
    )
    raise InvalidInput(
        f"There is no model provider {name!r}; there are: {_join([LOCAL, *providers])}.",
        hint=" ".join(part for part in (suggest(name, providers), add) if part),
        code="unknown_model",
    )


def admit_reranker(name: str, providers: Mapping[str, ProviderSettings]) -> None:
    """Raises InvalidInput for a name that no reranker can have here."""
    provider, _ = split_name(name)
    if provider == LOCAL:
        raise InvalidInput(
            f"There is no reranker {name!r}: none is part of Answerable.",
            hint="Name one of a provider, or leave `reranker` out to go without.",
            code="unknown_model",
        )
    settings = get_provider(provider, providers)
    if settings.kind not in RERANKING:
        raise no_rerankers(provider, settings.kind)


def no_rerankers(provider: str, kind: str) -> InvalidInput:
    """Return the error for a provider of a kind without rerankers."""
    return InvalidInput(
        f"The provider {provider!r} is of the kind {kind!r}, which has no rerankers.",
        hint=f"Name one of the kind {_join(RERANKING)}: a [providers.NAME] with the `base_url` of a server that "
        "has POST /rerank.",
        code="unknown_model",
    )


def _join(names: Iterable[str]) -> str:
    return ", ".join(sorted(names))
