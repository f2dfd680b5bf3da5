"""The providers that the settings name, and the model that answers when none is named."""

from __future__ import annotations

from collections.abc import Mapping

from answerable.llm.environment import choose_default
from answerable.llm.providers.types import Price, ProviderSettings
from answerable.settings import ProviderEntry, Settings
from answerable.wiring.secrets import read_secret


def list_providers(settings: Settings, environ: Mapping[str, str]) -> list[ProviderSettings]:
    """Raises SetupError for a provider whose key is not there."""
    return [_provider(name, entry, environ) for name, entry in settings.providers.items()]


def get_default_model(settings: Settings, environ: Mapping[str, str]) -> str:
    """Return the name of the chat model for what names none. Raises SetupError as `list_providers` does."""
    return settings.default_model or choose_default(environ, list_providers(settings, environ))


def _provider(name: str, entry: ProviderEntry, environ: Mapping[str, str]) -> ProviderSettings:
    key = read_secret(entry.api_key, entry.api_key_env, environ, of=f"The provider {name!r} takes its key")
    return ProviderSettings(
        name=name,
        kind=entry.kind,
        base_url=entry.base_url,
        api_key=key,
        default_model=entry.default_model,
        options=entry.options,
        prices={model: Price(**price.model_dump()) for model, price in entry.prices.items()},
        contexts=entry.contexts,
        dimensions=entry.dimensions,
        concurrency=entry.concurrency,
    )
