"""All models of the process, by name."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal

from answerable.core.errors import AnswerableError, InvalidInput, SetupError, UpstreamFailed
from answerable.llm.names import EXTRACTIVE, LOCAL, split_name
from answerable.llm.policy import CallPolicy
from answerable.llm.providers.registry import KINDS, load_backend
from answerable.llm.providers.types import Backend, Connection, ProviderSettings
from answerable.llm.types import ChatModel, ChatRequest, ChatResult, Embedder, Message

_CHECK_SECONDS = 20.0
_CHECK = ChatRequest(
    messages=(Message("user", "Answer with the one word: ready"),), max_tokens=256, deadline=_CHECK_SECONDS
)


@dataclass(frozen=True, slots=True)
class ModelHealth:
    """What `answerable doctor` shows of a model. `detail` says what was seen, `hint` what to do about it."""

    name: str
    ok: bool
    detail: str
    hint: str | None = None
    seconds: float = 0.0
    cost_usd: Decimal | None = None


class Models:
    """Gives models by name. Each is made once; a provider's share its connection, all share one HTTP client.

    `providers` are the settings of `environment.merge_providers`. The first model of a provider loads its
    SDK, which takes a second or two: wiring asks for the default one before it serves.
    """

    def __init__(
        self,
        providers: Iterable[ProviderSettings] = (),
        *,
        default_chat_name: str = EXTRACTIVE,
        policy: CallPolicy | None = None,
    ) -> None:
        self.default_chat_name = default_chat_name
        self._providers = {settings.name: settings for settings in providers}
        self._policy = policy or CallPolicy()
        self._backend: Backend | None = None
        self._connections: dict[str, Connection] = {}
        self._chats: dict[str, ChatModel] = {}
        self._embedders: dict[str, Embedder] = {}
        _check_settings(self._providers)

    def register_local_chat(self, model: ChatModel) -> None:
        """Add a chat model of this process under its own name, `local:...`."""
        self._chats[model.name] = model

    def register_local_embedder(self, embedder: Embedder) -> None:
        """Add an embedder of this process under its own name, `local:...`."""
        self._embedders[embedder.name] = embedder

    def chat(self, name: str | None = None) -> ChatModel:
        """Return the chat model called `name`, or the default one. Raises InvalidInput and SetupError."""
        name = name or self.default_chat_name
        if name not in self._chats:
            connection, model = self._find(name, self._chats)
            self._chats[name] = connection.chat(model)
        return self._chats[name]

    def embedder(self, name: str) -> Embedder:
        """Return the embedder called `name`. Raises InvalidInput and SetupError."""
        if name not in self._embedders:
            connection, model = self._find(name, self._embedders)
            self._embedders[name] = connection.embedder(model)
        return self._embedders[name]

    async def check(self, name: str | None = None) -> ModelHealth:
        """Ask the chat model for one word, and return how that went; it never raises for a failing model."""
        name = name or self.default_chat_name
        start = time.monotonic()
        try:
            # Loading an SDK is seconds of work that must not stop the event loop.
            model = await asyncio.to_thread(self.chat, name)
            result = await _ask(model)
        except AnswerableError as error:
            return ModelHealth(name, False, error.detail, error.hint, time.monotonic() - start)
        seconds = time.monotonic() - start
        return ModelHealth(name, True, f"It answered in {seconds:.2f} s.", None, seconds, result.cost_usd)

    async def check_embedder(self, name: str) -> ModelHealth:
        """Embed one word, and return how that went; it never raises for a failing embedder."""
        start = time.monotonic()
        try:
            embedder = await asyncio.to_thread(self.embedder, name)
            await embedder.embed_query("ready")
        except AnswerableError as error:
            return ModelHealth(name, False, error.detail, error.hint, time.monotonic() - start)
        return ModelHealth(
            name, True, f"It gives {embedder.dimensions} dimensions.", None, time.monotonic() - start
        )

    async def close(self) -> None:
        """Close the connections to all providers."""
        if self._backend is not None:
            await self._backend.close()

    def _find(self, name: str, known: Iterable[str]) -> tuple[Connection, str]:
        provider, model = split_name(name)
        if provider == LOCAL:
            raise InvalidInput(
                f"There is no local model {name!r}.", hint=f"There are: {_join(known)}.", code="unknown_model"
            )
        settings = self._providers.get(provider)
        if settings is None:
            raise _unknown_provider(provider, self._providers)
        if provider not in self._connections:
            if self._backend is None:
                self._backend = load_backend(self._policy)
            self._connections[provider] = self._backend.connect(settings)
        return self._connections[provider], model


def _check_settings(providers: Mapping[str, ProviderSettings]) -> None:
    for settings in providers.values():
        if settings.name == LOCAL or ":" in settings.name:
            raise SetupError(
                f"A model provider cannot be called {settings.name!r}.",
                hint="Take another name, without a colon.",
            )
        if settings.kind not in KINDS:
            raise SetupError(
                f"The model provider {settings.name!r} is of an unknown kind, {settings.kind!r}.",
                hint=f"The kinds are: {_join(KINDS)}.",
            )


def _unknown_provider(provider: str, providers: Mapping[str, ProviderSettings]) -> InvalidInput:
    return InvalidInput(
        f"There is no model provider {provider!r}; there are: {_join([LOCAL, *providers])}.",
        hint=f"Add [providers.{provider}] to answerable.toml, with its `kind`, `base_url` and `api_key`, "
        "or set the API key of a known provider in the environment.",
        code="unknown_model",
    )


def _join(names: Iterable[str]) -> str:
    return ", ".join(sorted(names)) or "none"


async def _ask(model: ChatModel) -> ChatResult:
    last = [event async for event in model.stream(_CHECK)][-1:]
    if last and isinstance(last[0], ChatResult):
        return last[0]
    raise UpstreamFailed(f"{model.name} ended without a result.")
