"""What the environment offers: providers by the variables that their own tools use, and the one to choose."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from answerable.llm.names import EXTRACTIVE
from answerable.llm.providers.types import ProviderSettings


@dataclass(frozen=True, slots=True)
class _Offer:
    """A provider that the environment offers when all of `needs` are set, each by any of its names."""

    name: str
    needs: tuple[tuple[str, ...], ...]
    default_model: str | None
    model_variable: str | None = None
    key: tuple[str, ...] = ()
    url: tuple[str, ...] = ()
    options: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


_GOOGLE_KEYS = ("GEMINI_API_KEY", "GOOGLE_API_KEY")
_AWS_REGIONS = ("AWS_REGION", "AWS_DEFAULT_REGION")
_AWS_CREDENTIALS = (
    "AWS_ACCESS_KEY_ID",
    "AWS_PROFILE",
    "AWS_BEARER_TOKEN_BEDROCK",
    "AWS_WEB_IDENTITY_TOKEN_FILE",
    "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI",
)

_OFFERS = (
    _Offer(
        "anthropic",
        needs=(("ANTHROPIC_API_KEY",),),
        default_model="claude-haiku-5-5",
        key=("ANTHROPIC_API_KEY",),
        url=("ANTHROPIC_BASE_URL",),
    ),
    _Offer(
        "openai",
        needs=(("OPENAI_API_KEY",),),
        default_model="gpt-6-luna",
        key=("OPENAI_API_KEY",),
        url=("OPENAI_BASE_URL",),
    ),
    _Offer("google", needs=(_GOOGLE_KEYS,), default_model="gemini-3.8-flash", key=_GOOGLE_KEYS),
    _Offer(
        "azure",
        needs=(("AZURE_OPENAI_API_KEY",), ("AZURE_OPENAI_ENDPOINT",)),
        default_model=None,
        model_variable="AZURE_OPENAI_DEPLOYMENT",
        key=("AZURE_OPENAI_API_KEY",),
        url=("AZURE_OPENAI_ENDPOINT",),
        options={"api_version": ("OPENAI_API_VERSION", "AZURE_OPENAI_API_VERSION")},
    ),
    _Offer(
        "google-vertex",
        needs=(("GOOGLE_APPLICATION_CREDENTIALS",), ("GOOGLE_CLOUD_PROJECT",)),
        default_model="gemini-3.8-flash",
        options={"project": ("GOOGLE_CLOUD_PROJECT",), "location": ("GOOGLE_CLOUD_LOCATION",)},
    ),
    _Offer(
        "bedrock",
        needs=(_AWS_CREDENTIALS, _AWS_REGIONS),
        default_model="global.anthropic.claude-haiku-5-5",
        key=("AWS_BEARER_TOKEN_BEDROCK",),
        options={"region": _AWS_REGIONS, "profile": ("AWS_PROFILE",)},
    ),
    _Offer(
        "ollama",
        needs=(("OLLAMA_HOST", "OLLAMA_BASE_URL"),),
        default_model=None,
        model_variable="OLLAMA_MODEL",
        key=("OLLAMA_API_KEY",),
        url=("OLLAMA_BASE_URL", "OLLAMA_HOST"),
    ),
)
"""In the order of choice. Default models are small and fast: an answer from sources needs no large one."""

_ALWAYS = (
    ProviderSettings("ollama", "ollama"),
    ProviderSettings("sentence-transformers", "sentence-transformers"),
)
"""Providers that need nothing from the environment; never chosen by themselves."""


def find_providers(environ: Mapping[str, str]) -> tuple[ProviderSettings, ...]:
    """Return the providers that work by the environment alone, in the order of choice."""
    offered = tuple(_to_settings(offer, environ) for offer in _OFFERS if _is_met(offer, environ))
    names = {settings.name for settings in offered}
    return offered + tuple(settings for settings in _ALWAYS if settings.name not in names)


def merge_providers(
    configured: Iterable[ProviderSettings], environ: Mapping[str, str]
) -> tuple[ProviderSettings, ...]:
    """Return the configured providers, then those of the environment whose names are not taken."""
    first = tuple(configured)
    names = {settings.name for settings in first}
    return first + tuple(settings for settings in find_providers(environ) if settings.name not in names)


def choose_default(environ: Mapping[str, str], providers: Iterable[ProviderSettings]) -> str:
    """Return the name of the chat model to use when none is named.

    The first configured provider with a default model wins, then the first that the environment offers, then
    the offline model.
    """
    for settings in merge_providers(providers, environ):
        if settings.default_model is not None:
            return f"{settings.name}:{settings.default_model}"
    return EXTRACTIVE


def _is_met(offer: _Offer, environ: Mapping[str, str]) -> bool:
    return all(_first(environ, names) for names in offer.needs)


def _to_settings(offer: _Offer, environ: Mapping[str, str]) -> ProviderSettings:
    options = {option: _first(environ, names) for option, names in offer.options.items()}
    chosen = _first(environ, (offer.model_variable,)) if offer.model_variable else None
    return ProviderSettings(
        name=offer.name,
        kind=offer.name,
        base_url=_first(environ, offer.url),
        api_key=_first(environ, offer.key),
        default_model=chosen or offer.default_model,
        options={option: value for option, value in options.items() if value},
    )


def _first(environ: Mapping[str, str], names: Iterable[str]) -> str | None:
    """Return the first value that is set and not blank."""
    return next((environ[name].strip() for name in names if environ.get(name, "").strip()), None)
