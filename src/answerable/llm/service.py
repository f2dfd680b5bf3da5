"""All models of the process, by name."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal

from answerable.core.errors import AnswerableError, InvalidInput, ServiceError, SetupError, UpstreamFailed
from answerable.llm.catalogue import Ask, Catalogue, ModelInfo, Purpose, add_told, find_listed
from answerable.llm.names import EXTRACTIVE, LOCAL, split_name
from answerable.llm.policy import CallPolicy
from answerable.llm.provider_names import admit_reranker, get_provider
from answerable.llm.providers.registry import KINDS, load_backend
from answerable.llm.providers.types import Backend, BatchApi, Connection, ModelFacts, ProviderSettings
from answerable.llm.routing.fleet import Fleet, Source
from answerable.llm.routing.types import CallPlan
from answerable.llm.status import ModelRecord, ModelStatus, Served
from answerable.llm.types import ChatModel, ChatRequest, ChatResult, Embedder, Message, Reranker, Usage

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
    """Gives models by name or plan. Each is made once; a provider's share its connection and its limit.

    `providers` are the settings of `environment.merge_providers`. The first model of a provider loads its
    SDK, which takes a second or two: `load` does that off the event loop, and wiring asks for the default one
    before it serves.
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
        self._connecting = threading.Lock()
        self._embedders: dict[str, Embedder] = {}
        self._rerankers: dict[str, Reranker] = {}
        self._records: dict[str, ModelRecord] = {}
        self._fleet = Fleet(
            self._policy,
            self._open_source,
            {settings.name: settings.concurrency for settings in self._providers.values()},
        )
        _check_settings(self._providers)

    def register_local_chat(self, model: ChatModel) -> None:
        """Add a chat model of this process under its own name, `local:...`."""
        self._fleet.add_local(model)

    def register_local_embedder(self, embedder: Embedder) -> None:
        """Add an embedder of this process under its own name, `local:...`."""
        self._embedders[embedder.name] = embedder

    def chat(self, plan: CallPlan | str | None = None) -> ChatModel:
        """Return the chat model of that plan or name, or the default one. Raises InvalidInput and SetupError.

        A name alone is tried as the process's policy says, without another model to fall back on.
        """
        return self._fleet.route(plan if isinstance(plan, CallPlan) else self._get_plan(plan))

    async def load(self, plan: CallPlan | str | None = None) -> ChatModel:
        """Return what `chat` returns; what is not there yet is made in a thread, for it may load an SDK."""
        chosen = plan if isinstance(plan, CallPlan) else self._get_plan(plan)
        found = self._fleet.find(chosen)
        return await asyncio.to_thread(self.chat, chosen) if found is None else found

    def batches(self, name: str) -> BatchApi:
        """Return the provider's batch API of the chat model called `name`. Raises InvalidInput and SetupError."""
        connection, model = self._find(name, self._fleet.list_names())
        return connection.batches(model)

    def embedder(self, name: str) -> Embedder:
        """Return the embedder called `name`. Raises InvalidInput and SetupError."""
        if name not in self._embedders:
            connection, model = self._find(name, self._embedders)
            record = ModelRecord(self._policy.clock)
            self._embedders[name] = connection.embedder(model, record)
            self._records[name] = record
        return self._embedders[name]

    def admit_reranker(self, name: str) -> None:
        """Raises InvalidInput for a name that no reranker can have by the settings; nobody is asked."""
        admit_reranker(name, self._providers)

    async def reranker(self, name: str) -> Reranker:
        """Return the reranker called `name`; its first one is made in a thread. Raises InvalidInput and SetupError."""
        if name not in self._rerankers:
            self.admit_reranker(name)
            provider, model = split_name(name)
            connection = await asyncio.to_thread(self._connect, provider)
            record = self._records.setdefault(name, ModelRecord(self._policy.clock))
            self._rerankers[name] = connection.reranker(model, record)
        return self._rerankers[name]

    def list_status(self) -> list[ModelStatus]:
        """Return how each model that was asked for in this process is doing."""
        others = [record.describe(name) for name, record in self._records.items()]
        return self._fleet.list_status() + others

    async def list_models(
        self, *, also: Iterable[str] = (), rerankers: Iterable[str] = (), check: bool = False
    ) -> list[ModelInfo]:
        """Return everything configured, in use, or named in `also` (chat models) and `rerankers`.

        With `check`, say of each whether it can be reached.
        """
        ask: Mapping[Purpose, Ask] = {"chat": self.check, "reranking": self.check_reranker}
        catalogue = Catalogue(self._providers, self._connect, ask, default=self.default_chat_name)
        local = [name for name in self._fleet.list_names() if name.startswith(f"{LOCAL}:")]
        chats = [self.default_chat_name, *also, *self._fleet.list_names()]
        rerankers = [*rerankers, *self._rerankers]
        await catalogue.gather(local=local, chats=chats, embedders=self._embedders, rerankers=rerankers)
        return await catalogue.check() if check else catalogue.list_models()

    async def check(self, name: str | None = None) -> ModelHealth:
        """Ask the chat model for one word, and return how that went; it never raises for a failing model."""
        name = name or self.default_chat_name
        start = time.monotonic()
        try:
            result = await _ask(await self.load(name))
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

    async def check_reranker(self, name: str) -> ModelHealth:
        """Have one passage scored, and return how that went; it never raises for a failing reranker."""
        start = time.monotonic()
        try:
            await (await self.reranker(name)).score("ready", ["It is ready."])
        except AnswerableError as error:
            return ModelHealth(name, False, error.detail, error.hint, time.monotonic() - start)
        return ModelHealth(name, True, "It scores passages.", None, time.monotonic() - start)

    def list_served(self, name: str) -> tuple[Served, ...]:
        """Return what the chat model's provider said had answered, since this process started."""
        return next((one.served for one in self._fleet.list_status() if one.name == name), ())

    async def describe(self, name: str) -> ModelFacts:
        """Return what is known of the chat model without asking it. Raises InvalidInput and SetupError."""
        provider, model = split_name(name)
        if provider == LOCAL:
            return ModelFacts()
        # Loading an SDK and looking through the public price list must not stop the event loop.
        return await asyncio.to_thread(lambda: self._connect(provider).describe(model))

    async def look_up(self, name: str) -> ModelFacts:
        """Return what is known of the chat model, and the context that its provider tells where nothing else does.

        Only the provider's list is asked for, not the model; one that cannot be had tells nothing. Raises as
        `describe` does.
        """
        facts = await self.describe(name)
        provider, model = split_name(name)
        if facts.context_window or provider == LOCAL:
            return facts
        try:
            available = await self._connect(provider).list_available() or {}
        except ServiceError:
            return facts
        listed = find_listed(available, model)
        return facts if listed is None else add_told(facts, available[listed])

    def find_cost(self, name: str, usage: Usage) -> Decimal | None:
        """Return what such a call of a chat model in use costs now, in US dollars; None where that is unknown."""
        provider, model = split_name(name)
        if provider == LOCAL:
            return Decimal(0)
        connection = self._connections.get(provider)
        return None if connection is None else connection.find_cost(model, usage)

    def describe_origin(self, names: Iterable[str]) -> str:
        """Return what these names stand for here: kind, address and options of their providers, no key."""
        providers = sorted({split_name(name)[0] for name in names} & set(self._providers))
        return ";".join(
            f"{name}={settings.kind},{settings.base_url},{sorted(settings.options.items())}"
            for name in providers
            for settings in (self._providers[name],)
        )

    async def close(self) -> None:
        """Close the connections to all providers."""
        if self._backend is not None:
            await self._backend.close()

    def _get_plan(self, name: str | None) -> CallPlan:
        name = name or self.default_chat_name
        policy = self._policy
        return CallPlan(
            ((name,),), attempts=policy.attempts, first_token=policy.first_token, stall=policy.stall
        )

    def _open_source(self, name: str) -> Source:
        connection, model = self._find(name, self._fleet.list_names())
        return Source(connection.chat(model), connection.explain)

    def _find(self, name: str, known: Iterable[str]) -> tuple[Connection, str]:
        provider, model = split_name(name)
        if provider == LOCAL:
            local = (one for one in known if one.startswith(f"{LOCAL}:"))
            raise InvalidInput(
                f"There is no local model {name!r}.", hint=f"There are: {_join(local)}.", code="unknown_model"
            )
        return self._connect(provider), model

    def _connect(self, provider: str) -> Connection:
        settings = get_provider(provider, self._providers)
        with self._connecting:  # several models may be loaded at once, each in a thread
            if provider not in self._connections:
                if self._backend is None:
                    self._backend = load_backend(self._policy)
                self._connections[provider] = self._backend.connect(settings)
            return self._connections[provider]


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


def _join(names: Iterable[str]) -> str:
    return ", ".join(sorted(names)) or "none"


async def _ask(model: ChatModel) -> ChatResult:
    last = [event async for event in model.stream(_CHECK)][-1:]
    if last and isinstance(last[0], ChatResult):
        return last[0]
    raise UpstreamFailed(f"{model.name} ended without a result.")
