"""What models there are: configured, in use, and, when asked, reachable."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Literal, Protocol

from answerable.core.errors import AnswerableError
from answerable.llm.names import LOCAL, split_name
from answerable.llm.providers.types import Available, Connection, ModelFacts, ProviderSettings

Purpose = Literal["chat", "embedding", "reranking"]
_OWN_SERVERS = frozenset({"openai-compatible", "ollama"})
"""Kinds whose list of models is short and the operator's own: what they have is shown."""
_MOST_LISTED = 50


@dataclass(frozen=True, slots=True)
class ModelInfo:
    """One model. `reachable` is None until it was looked at; `detail` says what was seen and `hint` what to do."""

    name: str
    provider: str
    kind: str
    purpose: Purpose
    default: bool = False
    facts: ModelFacts = field(default_factory=ModelFacts)
    reachable: bool | None = None
    detail: str | None = None
    hint: str | None = None


class Health(Protocol):
    """What asking a model came to."""

    @property
    def ok(self) -> bool: ...
    @property
    def detail(self) -> str: ...
    @property
    def hint(self) -> str | None: ...


Ask = Callable[[str], Awaitable[Health]]


class Catalogue:
    """Collects the models of one listing. `ask` puts one word to a chat model, or one passage before a reranker."""

    def __init__(
        self,
        providers: Mapping[str, ProviderSettings],
        connect: Callable[[str], Connection],
        ask: Mapping[Purpose, Ask],
        *,
        default: str,
    ) -> None:
        self._providers = providers
        self._connect = connect
        self._ask = ask
        self._default = default
        self._models: dict[str, ModelInfo] = {}

    def list_models(self) -> list[ModelInfo]:
        """Return the models by provider, those of this process last."""
        order = {name: place for place, name in enumerate(self._providers)}
        return sorted(
            self._models.values(),
            key=lambda model: (order.get(model.provider, len(order)), model.purpose, model.name),
        )

    async def gather(
        self,
        *,
        local: Iterable[str],
        chats: Iterable[str],
        embedders: Iterable[str],
        rerankers: Iterable[str] = (),
    ) -> None:
        """Note the models of this process, those in use, and those that the settings speak of."""
        for name in local:
            self._models[name] = ModelInfo(name, LOCAL, LOCAL, "chat", name == self._default)
        # First, for the prices in the settings do not say what a model is for.
        self._add(rerankers, "reranking")
        for settings in self._providers.values():
            self._add(_in_settings(settings), "chat")
            self._add((f"{settings.name}:{model}" for model in settings.dimensions), "embedding")
        self._add(chats, "chat")
        self._add(embedders, "embedding")
        # Loading an SDK is seconds of work that must not stop the event loop.
        await asyncio.to_thread(self._describe)

    async def check(self) -> list[ModelInfo]:
        """Look whether each can be reached: by the provider's own list, else with a question to the model."""
        await asyncio.gather(*(self._check_provider(settings) for settings in self._providers.values()))
        for name, model in self._models.items():
            if model.provider == LOCAL:
                self._models[name] = replace(model, reachable=True, detail="It is part of this process.")
        return self.list_models()

    def _add(self, names: Iterable[str], purpose: Purpose) -> None:
        for name in names:
            provider = split_name(name)[0]
            settings = self._providers.get(provider)
            kind = provider if settings is None else settings.kind
            self._models.setdefault(
                name, ModelInfo(name, provider, kind, purpose, purpose == "chat" and name == self._default)
            )

    def _add_listed(self, provider: str, available: Iterable[str]) -> None:
        """Note what a server of one's own says it has; no list says what a model is for, but its name often does."""
        for short in available:
            name = f"{provider}:{short}"
            if name not in self._models:
                self._add([name], _guess_purpose(short))
                self._models[name] = self._with_facts(self._models[name])

    def _describe(self) -> None:
        self._models = {name: self._with_facts(model) for name, model in self._models.items()}

    def _with_facts(self, model: ModelInfo) -> ModelInfo:
        if model.provider == LOCAL:
            return model
        try:
            connection = self._connect(model.provider)
            asked = connection.describe if model.purpose == "chat" else connection.describe_other
            return replace(model, facts=asked(split_name(model.name)[1]))
        except AnswerableError as error:
            return replace(model, reachable=False, detail=error.detail, hint=error.hint)

    async def _check_provider(self, settings: ProviderSettings) -> None:
        own = settings.kind in _OWN_SERVERS
        if not own and not self._list_unchecked(settings.name):
            return
        try:
            connection = await asyncio.to_thread(self._connect, settings.name)
            available = await connection.list_available()
        except AnswerableError as error:
            self._mark(settings.name, ok=False, detail=error.detail, hint=error.hint)
            return
        if available is None:
            await self._ask_each(settings.name)
            return
        if own:
            self._add_listed(settings.name, list(available)[:_MOST_LISTED])
        self._compare(settings.name, available)

    def _compare(self, provider: str, available: Available) -> None:
        for model in self._list_unchecked(provider):
            listed = find_listed(available, split_name(model.name)[1])
            if listed is not None:
                facts = add_told(model.facts, available[listed])
                seen = replace(model, reachable=True, detail="Its provider has it.", facts=facts)
            else:
                seen = replace(
                    model,
                    reachable=False,
                    detail=f"The provider {provider!r} can be reached, and does not list it.",
                    hint=_suggest(available),
                )
            self._models[model.name] = seen

    async def _ask_each(self, provider: str) -> None:
        """Ask the models one after the other, for a rate limit is no sign of a failure."""
        for model in self._list_unchecked(provider):
            ask = self._ask.get(model.purpose)
            if ask is not None:
                health = await ask(model.name)
                self._models[model.name] = replace(
                    model, reachable=health.ok, detail=health.detail, hint=health.hint
                )

    def _mark(self, provider: str, *, ok: bool, detail: str, hint: str | None) -> None:
        for model in self._list_unchecked(provider):
            self._models[model.name] = replace(model, reachable=ok, detail=detail, hint=hint)

    def _list_unchecked(self, provider: str) -> list[ModelInfo]:
        return [
            model for model in self._models.values() if model.provider == provider and model.reachable is None
        ]


def _guess_purpose(model: str) -> Purpose:
    name = model.lower()
    return "reranking" if "rerank" in name else "embedding" if "embed" in name else "chat"


def _in_settings(settings: ProviderSettings) -> list[str]:
    """Return the chat models that the settings of a provider name."""
    named = [settings.default_model] if settings.default_model else []
    told = [model for model in (*settings.prices, *settings.contexts) if model not in settings.dimensions]
    return [f"{settings.name}:{model}" for model in dict.fromkeys([*named, *told])]


def find_listed(available: Available, model: str) -> str | None:
    """Return the name under which a provider lists a model, None where it does not. Ollama adds `:latest` to it."""
    return next((name for name in (model, f"{model}:latest") if name in available), None)


def add_told(facts: ModelFacts, context: int | None) -> ModelFacts:
    """Return the facts with the context that the provider tells, where nothing else has said what it is."""
    return facts if facts.context_window else replace(facts, context_window=context)


def _suggest(available: Available) -> str:
    if not available:
        return "It lists no model at all: load or pull one there."
    few = ", ".join(sorted(available)[:5])
    return f"Check the model's name. It lists {len(available)}, such as {few}."
