"""What wiring hands over about a provider, and what it gets back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Protocol

from answerable.llm.types import ChatModel, Embedder


@dataclass(frozen=True, slots=True)
class Price:
    """A model's price in US dollars for a million tokens. Cached input costs as other input by default."""

    input: Decimal
    output: Decimal
    cached_input: Decimal | None = None


@dataclass(frozen=True, slots=True)
class ProviderSettings:
    """One provider as the operator configured it.

    `name` is what stands before the colon of a model's name, `kind` a key of `registry.KINDS`. `options` are
    the kind's own: `api_version` (azure), `region` (bedrock), `project` and `location` (google-vertex).
    `dimensions` are those of embedding models that are not widely known.
    """

    name: str
    kind: str
    base_url: str | None = None
    api_key: str | None = field(default=None, repr=False)
    default_model: str | None = None
    options: Mapping[str, str] = field(default_factory=dict)
    prices: Mapping[str, Price] = field(default_factory=dict)
    dimensions: Mapping[str, int] = field(default_factory=dict)


class Connection(Protocol):
    """A provider that models can be had from."""

    def chat(self, model: str) -> ChatModel:
        """Return the chat model; whether the provider knows it shows at the first call. Raises SetupError."""
        ...

    def embedder(self, model: str) -> Embedder:
        """Return the embedder. Raises SetupError where there is none or its dimensions are not known."""
        ...


class Backend(Protocol):
    """What makes connections, all over one pooled HTTP client."""

    def connect(self, settings: ProviderSettings) -> Connection:
        """Return the connection. Raises SetupError when the settings or the installation lack something."""
        ...

    async def close(self) -> None: ...
