"""The values of datasets: examples, where they come from, and which are near each other."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from answerable.core.errors import FieldProblem


@dataclass(frozen=True, slots=True)
class Evidence:
    """A passage that supports what is expected, or a whole document: one of `text`, `uri` and the ids names it.

    `uri` and `start`..`end` (characters) say where a passage stands. `relevance` is its grade where there are several,
    such as 2 for what answers fully and 1 for what helps.
    """

    text: str = ""
    uri: str = ""
    title: str = ""
    document_id: str = ""
    chunk_id: str = ""
    start: int | None = None
    end: int | None = None
    relevance: float = 1.0


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
    """`trace`, `review`, `import:csv`, `synthetic:templates`, or what a client calls it."""


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
    key from version to version. `weight` is how much it counts among the others; `split` names the part of the dataset
    that it is in, such as `test`. `id`, `content_hash` and `added_at` are the service's. What has an `id` never changes
    anything it says: an edited example has another id.
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
    split: str = ""
    id: UUID | None = None
    content_hash: str = ""
    added_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Dataset:
    """A golden set as it stands: its draft. `held` examples wait for somebody to accept them, and are not counted.

    `version` is the number of the newest one, 0 without any.
    """

    id: UUID
    name: str
    description: str
    examples: int
    created_at: datetime
    held: int = 0
    version: int = 0


@dataclass(frozen=True, slots=True)
class DatasetVersion:
    """A dataset as it was. `hash` is of everything its examples say; `examples` is how many there were.

    `gone` of them are there no longer, since what they came from was erased.
    """

    dataset: str
    number: int
    hash: str
    examples: int
    created_at: datetime
    by: str = ""
    note: str = ""
    gone: int = 0

    @property
    def ref(self) -> str:
        """Return what people call it: `golden@3`."""
        return f"{self.dataset}@{self.number}"


@dataclass(frozen=True, slots=True)
class DatasetDiff:
    """What is another way in `after` than in `before`, by key; `changed` are pairs of before and after.

    The counts are of everything, the examples at most as many of each kind as were asked for.
    """

    before: DatasetVersion
    after: DatasetVersion
    added: tuple[Example, ...]
    removed: tuple[Example, ...]
    changed: tuple[tuple[Example, Example], ...]
    added_count: int
    removed_count: int
    changed_count: int
    unchanged_count: int


@dataclass(frozen=True, slots=True)
class Row:
    """What an import read at one place, such as `line 3`: an example, or the problem with what stands there."""

    place: str
    example: Example | None = None
    problem: str = ""


@dataclass(frozen=True, slots=True)
class Imported:
    """What an import did; `repeated` are examples that it brought twice. `problems` are of rows that were left out."""

    added: int = 0
    changed: int = 0
    unchanged: int = 0
    removed: int = 0
    repeated: int = 0
    problems: tuple[FieldProblem, ...] = ()
    problem_count: int = 0


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
