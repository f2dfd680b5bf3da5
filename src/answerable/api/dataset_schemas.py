"""What `/v1/datasets` is sent."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Literal
from uuid import UUID

from pydantic import Field, model_validator

from answerable.api.bodies import RequestBody
from answerable.datasets.types import Evidence, Example, ToolCall, Turn


class EvidenceBody(RequestBody):
    text: str = Field("", max_length=100_000)
    uri: str = ""
    title: str = ""
    document_id: str = ""
    chunk_id: str = ""
    start: int | None = Field(None, ge=0)
    end: int | None = Field(None, ge=0)
    relevance: float = Field(1.0, ge=0, allow_inf_nan=False)


class ToolCallBody(RequestBody):
    name: str
    arguments: dict[str, Any] = Field({})


class TurnBody(RequestBody):
    role: Literal["user", "assistant"]
    text: str


class ExampleBody(RequestBody):
    """What an example says; what is left out of it stays as it is."""

    input: dict[str, Any] | None = None
    expected: Any = None
    acceptable: list[str] | None = Field(None, max_length=200)
    refuse: bool | None = None
    tool_calls: list[ToolCallBody] | None = Field(None, max_length=200)
    history: list[TurnBody] | None = Field(None, max_length=200)
    evidence: list[EvidenceBody] | None = Field(None, max_length=200)
    tags: list[str] = Field([], max_length=50)
    weight: float = Field(1.0, gt=0, le=1000)
    metadata: dict[str, Any] | None = None
    split: str = Field("", max_length=63)

    def complete(self, draft: Example) -> Example:
        """Return the draft with what was sent in its place; tags are added to those that it has."""
        given: dict[str, Any] = {
            "input": self.input,
            "expected": self.expected,
            "acceptable": None if self.acceptable is None else tuple(self.acceptable),
            "refuse": self.refuse,
            "tool_calls": _build(ToolCall, self.tool_calls),
            "history": _build(Turn, self.history),
            "evidence": _build(Evidence, self.evidence),
            "metadata": self.metadata,
            "tags": tuple(dict.fromkeys([*draft.tags, *self.tags])),
            "weight": self.weight,
            "split": self.split,
        }
        return replace(draft, **{name: value for name, value in given.items() if value is not None})


class AddBody(ExampleBody):
    """An example, or the trace that it is made from; what is given besides a trace replaces what it has."""

    trace_id: str | None = None
    span_id: str | None = None
    key: str = Field("", max_length=200)

    @model_validator(mode="after")
    def _check(self) -> AddBody:
        if self.trace_id is None and not self.input:
            raise ValueError("an example has an `input`, or a `trace_id` to take it from")
        return self

    def complete(self, draft: Example) -> Example:
        """Return the draft with what was sent in its place, under the key that was sent."""
        return replace(super().complete(draft), key=self.key)


class EditBody(ExampleBody):
    """The whole new content of an example. `seen` is the id of the one that was edited: another edit is refused."""

    input: dict[str, Any]
    seen: UUID | None = None

    def to_example(self) -> Example:
        return self.complete(Example(input={}))


class AcceptBody(RequestBody):
    """The keys of held examples; without them, all."""

    keys: list[str] | None = Field(None, max_length=10_000)


class FreezeBody(RequestBody):
    note: str = Field("", max_length=1_000)


class SplitBody(RequestBody):
    """Shares by part, such as `{"dev": 20, "test": 80}`."""

    parts: dict[str, float] = Field(min_length=1, max_length=20)
    by_tag: str = Field("", max_length=60)
    again: bool = False


class CheckBody(RequestBody):
    """The app whose prompts are looked through too."""

    app: str | None = None


class GenerateBody(RequestBody):
    """Examples made up from the documents of a collection, by templates or by an app."""

    collection: str
    count: int = Field(20, ge=1, le=500)
    app: str | None = None


def _build(kind: type[Any], bodies: list[Any] | None) -> tuple[Any, ...] | None:
    return None if bodies is None else tuple(kind(**body.model_dump()) for body in bodies)
