"""The values of datasets: examples, where they come from, and which are near each other."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal
from uuid import UUID


@dataclass(frozen=True, slots=True)
class Evidence:
    """A passage that supports what is expected. `uri` and `start`..`end` (characters) say where it stands."""

    text: str
    uri: str = ""
    title: str = ""
    document_id: str = ""
    chunk_id: str = ""
    start: int | None = None
    end: int | None = None


@dataclass(frozen=True, slots=True)
class Provenance:
    """Where an example comes from: a run, who labelled it and in which queue, who made it an example."""

    trace_id: str | None = None
    span_id: str | None = None
    app: str = ""
    variant: str = ""
    queue: str = ""
    annotators: tuple[str, ...] = ()
    added_by: str = ""
    source: str = ""
    """`trace`, `review`, or what a client calls it."""


@dataclass(frozen=True, slots=True)
class Turn:
    """Something said in a conversation."""

    role: Literal["user", "assistant"]
    text: str


@dataclass(frozen=True, slots=True)
class ToolCall:
    """A call of a tool. Expected `arguments` are a subset of those that must be given."""

    name: str
    arguments: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Example:
    """One item of a golden set. `input` holds an app's variables by name; `expected` is text or JSON, None: unknown.

    `acceptable` are texts that are as good as `expected`; `refuse` says that the right answer is none; `history` is
    what was said before. `key` is what its author calls it, unique in a dataset: an example that changes keeps its
    key from version to version. `weight` is how much it counts among the others. `id`, `content_hash` and `added_at`
    are the service's.
    """

    input: Mapping[str, Any]
    expected: Any = None
    acceptable: tuple[str, ...] = ()
    refuse: bool = False
    tool_calls: tuple[ToolCall, ...] = ()
    history: tuple[Turn, ...] = ()
    evidence: tuple[Evidence, ...] = ()
    tags: tuple[str, ...] = ()
    weight: float = 1.0
    metadata: Mapping[str, Any] = field(default_factory=dict)
    provenance: Provenance = field(default_factory=Provenance)
    key: str = ""
    id: UUID | None = None
    content_hash: str = ""
    added_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Dataset:
    id: UUID
    name: str
    description: str
    examples: int
    created_at: datetime


@dataclass(frozen=True, slots=True)
class Added:
    """The id of an example; `new` is False when the dataset had just this one already."""

    id: UUID
    new: bool


@dataclass(frozen=True, slots=True)
class NearDuplicate:
    """An example like another. `same`: the same words; else `likeness` is the cosine of the two inputs."""

    example: Example
    kind: Literal["same", "like"]
    likeness: float


@dataclass(frozen=True, slots=True)
class ExamplePage:
    """Examples in the order they were added; `next_after` goes on, None ends it."""

    examples: tuple[Example, ...]
    next_after: int | None
