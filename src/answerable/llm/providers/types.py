"""What wiring hands over about a provider, and what it gets back."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Protocol

from answerable.llm.routing.types import SingleModel, Trouble
from answerable.llm.status import ModelRecord
from answerable.llm.types import ChatRequest, ChatResult, Embedder, Reranker, Usage


@dataclass(frozen=True, slots=True)
class Price:
    """A model's price in US dollars for a million tokens.

    Cached, cache-written and image tokens cost as other input by default, reasoning as other output. An embedder
    has an `output` of 0.
    """

    input: Decimal
    output: Decimal
    cached_input: Decimal | None = None
    cache_write: Decimal | None = None
    reasoning: Decimal | None = None
    image: Decimal | None = None


@dataclass(frozen=True, slots=True)
class ProviderSettings:
    """One provider as the operator configured it.

    `name` is what stands before the colon of a model's name, `kind` a key of `registry.KINDS`. `options` are
    the kind's own: `api_version` (azure), `region` (bedrock), `project` and `location` (google-vertex), `rerank`
    (openai-compatible). `contexts` are how many tokens models take, by the operator's word, which goes before any
    other.
    `dimensions` are those of embedding models that are not widely known. `concurrency` bounds the chat calls in
    flight at once; as many again may wait for their turn.
    """

    name: str
    kind: str
    base_url: str | None = None
    api_key: str | None = field(default=None, repr=False)
    default_model: str | None = None
    options: Mapping[str, str] = field(default_factory=dict)
    prices: Mapping[str, Price] = field(default_factory=dict)
    contexts: Mapping[str, int] = field(default_factory=dict)
    dimensions: Mapping[str, int] = field(default_factory=dict)
    concurrency: int = 512


Available = Mapping[str, int | None]
"""The models that a provider says it has, in its order, with how many tokens each takes where it says so."""


@dataclass(frozen=True, slots=True)
class ModelFacts:
    """What is known of a model. None is unknown.

    `input_price` and `output_price` are those of a short prompt, in US dollars for a million tokens.
    """

    context_window: int | None = None
    input_price: Decimal | None = None
    output_price: Decimal | None = None
    images: bool | None = None
    json_schema: bool | None = None
    tools: bool | None = None


@dataclass(frozen=True, slots=True)
class BatchJob:
    """A batch at the provider. `handle` is all that another process needs to go on with it; it holds no secret."""

    id: str
    model: str
    ended: bool
    handle: str


class Collected(Protocol):
    """What became of the requests of a job that has ended."""

    def read(self, id: str, request: ChatRequest) -> ChatResult:
        """Return the answer to this request, as it was handed in under the id. Raises our errors for one without."""
        ...


class BatchApi(Protocol):
    """Hands in, looks after and collects batches of one model, called `name` as a variant names it.

    Everything raises InvalidInput, SetupError, UpstreamFailed and Unavailable.
    """

    name: str

    max_requests: int
    """The most requests in one job."""

    def submit(self, requests: Mapping[str, ChatRequest]) -> AsyncGenerator[tuple[BatchJob, list[str]], None]:
        """Hand in the requests by their ids; yield each job that they become with its ids, as soon as it is one.

        Ids are 1 to 64 letters, digits, `_` and `-`.
        """
        ...

    async def check(self, job: BatchJob) -> BatchJob:
        """Return the job as it is now."""
        ...

    async def collect(self, job: BatchJob) -> Collected: ...


class Connection(Protocol):
    """A provider that models can be had from."""

    def chat(self, model: str) -> SingleModel:
        """Return the chat model; whether the provider knows it shows at the first call. Raises SetupError."""
        ...

    def batches(self, model: str) -> BatchApi:
        """Return the batch API of the chat model. Raises SetupError, and InvalidInput where it has none."""
        ...

    def explain(self, error: Exception, name: str) -> Trouble:
        """Return what an error of the model called `name` means."""
        ...

    def find_cost(self, model: str, usage: Usage) -> Decimal | None:
        """Return what such a call costs now in US dollars, None where the price is unknown."""
        ...

    def describe(self, model: str) -> ModelFacts:
        """Return what is known of the chat model. Raises SetupError as `chat` does."""
        ...

    def describe_other(self, model: str) -> ModelFacts:
        """Return what is known of an embedder or a reranker, without building it."""
        ...

    async def list_available(self) -> Available | None:
        """Return what the provider says it has, None where it offers no such list. Raises ServiceError."""
        ...

    def embedder(self, model: str, record: ModelRecord) -> Embedder:
        """Return the embedder, which counts in `record`.

        Raises SetupError where there is none or its dimensions are not known.
        """
        ...

    def reranker(self, model: str, record: ModelRecord) -> Reranker:
        """Return the reranker, which counts in `record`. Raises SetupError where there is none."""
        ...


class Backend(Protocol):
    """What makes connections, all over one pooled HTTP client."""

    def connect(self, settings: ProviderSettings) -> Connection:
        """Return the connection. Raises SetupError when the settings or the installation lack something."""
        ...

    async def close(self) -> None: ...
