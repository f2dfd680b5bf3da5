"""The content of a variant: everything that can change an answer, resolved, so that it hashes and explains itself.

`apps/*.yaml` has the same words; there a prompt is a path, and here its text.
"""

from __future__ import annotations

import hashlib
import json
from functools import cached_property
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, SerializerFunctionWrapHandler, model_serializer

from answerable.llm.types import OutputMode

Kind = Literal["prompt", "rag"]
FieldType = Literal["string", "integer", "number", "boolean", "array", "object", "image", "document"]
RetryClass = Literal["rate_limit", "server_error", "connection", "timeout", "broken_off"]
PolicyName = Literal["keep", "strip", "repair", "abstain"]

Tier = Annotated[tuple[str, ...], Field(min_length=1)]
"""Equal deployments of one model, `provider:model` each: calls are spread over them."""


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class InputField(_Part):
    """One declared variable of a prompt. `image` and `document` (a PDF, its pages as images) are files."""

    type: FieldType = "string"
    description: str = ""
    required: bool = True
    default: Any = None
    enum: tuple[str, ...] | None = None
    max_length: int | None = Field(None, ge=1, description="characters of a string, entries of an array")


class PromptExample(_Part):
    """A few-shot example: what was asked (values of the declared variables) and the answer that is wanted."""

    input: dict[str, Any]
    output: Any


class PromptContent(_Part):
    """The text of a `prompts/*.md`, Jinja with the blocks `system` and `user` (and `repair` in a `rag` app).

    `partials` holds the text of every template that it includes, by the name it is included under.
    """

    template: str
    partials: dict[str, str] = {}
    examples: tuple[PromptExample, ...] = ()


class OutputContent(_Part):
    """Typed output: a JSON Schema, resolved also when the file named a Pydantic model."""

    json_schema: dict[str, Any]
    name: str = Field("answer", pattern=r"^[a-zA-Z_][a-zA-Z0-9_-]{0,63}$")
    mode: OutputMode = "auto"
    repair: bool = Field(True, description="one more round that shows the model what did not fit")


class Resilience(_Part):
    """How a call is tried. Times are in seconds."""

    deadline: float = Field(60.0, gt=0, le=600, description="for the whole answer")
    attempt_deadline: float | None = Field(None, gt=0, le=600, description="for one try at one model")
    first_token: float = Field(60.0, gt=0, description="silence before the first token that ends a try")
    stall: float = Field(30.0, gt=0, description="silence between two tokens that ends a try")
    attempts: int | None = Field(
        None,
        ge=1,
        le=10,
        description="tries at one model; else 2 where another one follows, and 4 at the last",
    )
    retry: tuple[RetryClass, ...] = ("rate_limit", "server_error", "connection", "timeout", "broken_off")
    hedge: bool = Field(False, description="a second try beside one that is slower than 95 in 100 were")


class Grounding(_Part):
    """Where a `rag` app looks, and how what it says is checked."""

    collection: str = "docs"
    index: str | None = Field(
        None, pattern=r"^[a-z0-9][a-z0-9_-]{0,62}$", description="one of its indexes; else the active one"
    )
    top_k: int = Field(8, ge=1, le=50)
    candidates: int = Field(200, ge=10, le=2000)
    dense_weight: float | None = Field(None, ge=0, le=1)
    reranker: str | None = Field(
        None, min_length=3, max_length=200, description="PROVIDER:MODEL that orders the best passages anew"
    )
    context_tokens: int = Field(3000, ge=200, le=200_000)
    verifier: str = "lexical"
    policy: PolicyName = "keep"

    @model_serializer(mode="wrap")
    def _leave_out_what_is_not_named(self, serialize: SerializerFunctionWrapHandler) -> dict[str, Any]:
        """A variant without an index or a reranker keeps the hash that it had before they could be named."""
        values: dict[str, Any] = serialize(self)
        unnamed = {key for key in ("index", "reranker") if getattr(self, key) is None}
        return {key: value for key, value in values.items() if key not in unnamed}


class CacheContent(_Part):
    """`seconds` is how long an answer may be served again; `semantic` is the least likeness of two questions."""

    exact: bool = True
    seconds: int = Field(3600, ge=1, le=30 * 86_400)
    semantic: float | None = Field(None, ge=0.8, le=1)


class HistoryContent(_Part):
    """How much of a conversation a follow-up sees."""

    tokens: int = Field(2000, ge=0, le=100_000)


class VariantContent(_Part):
    kind: Kind
    model: Annotated[tuple[Tier, ...], Field(min_length=1)]
    """Tiers, tried in this order; the models of one tier are equals."""
    temperature: float | None = Field(0.0, ge=0, le=2)
    max_tokens: int = Field(512, ge=1, le=100_000)
    prompt: PromptContent
    input: dict[str, InputField] = {}
    output: OutputContent | None = None
    resilience: Resilience = Resilience()
    grounding: Grounding | None = None
    cache: CacheContent = CacheContent()
    history: HistoryContent = HistoryContent()

    @property
    def model_names(self) -> tuple[str, ...]:
        """Return the chat models, and the reranker if there is one: what decides an answer beside the index."""
        names = tuple(name for tier in self.model for name in tier)
        reranker = None if self.grounding is None else self.grounding.reranker
        return names if reranker is None else (*names, reranker)

    @cached_property
    def hash(self) -> str:
        """Return the SHA-256 of the canonical JSON: settings in the order of this module, every default written out.

        The entries of a schema keep their own order: a model fills fields in in the order that it is shown.
        """
        canonical = json.dumps(self.model_dump(mode="json"), separators=(",", ":"))
        return hashlib.sha256(canonical.encode()).hexdigest()
