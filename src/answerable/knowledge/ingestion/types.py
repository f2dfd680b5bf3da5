"""The values of ingestion."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any, Literal, get_args
from urllib.parse import quote, unquote_to_bytes
from uuid import UUID

READER_VERSION = 1
"""Grows when parsing gives another text for the same bytes: sources are then read again, though unchanged."""

RunState = Literal["queued", "running", "finishing", "done", "failed", "cancelled"]
FINAL_STATES: frozenset[RunState] = frozenset({"done", "failed", "cancelled"})
assert set(get_args(RunState)) >= FINAL_STATES


@dataclass(frozen=True, slots=True)
class Labels:
    """What a run says about all of its documents.

    `metadata` goes over a document's own. `groups` can only narrow who may read a document that names groups itself:
    a document is data, and may not let in whom the run keeps out. `language` stands instead of the detected one.
    """

    metadata: Mapping[str, Any] = field(default_factory=dict)
    groups: frozenset[str] | None = None
    language: str | None = None

    def digest(self) -> bytes:
        """Return a hash of the labels and of the version of the reader, 32 bytes."""
        groups = None if self.groups is None else sorted(self.groups)
        content = json.dumps([READER_VERSION, self.metadata, groups, self.language], sort_keys=True)
        return hashlib.sha256(content.encode()).digest()


@dataclass(frozen=True, slots=True)
class RunSettings:
    """All that a worker needs to know. `paths` are absolute; `upload` is the file that the run is about."""

    paths: tuple[str, ...] = ()
    urls: tuple[str, ...] = ()
    upload: UUID | None = None
    include: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    prune: bool = True
    labels: Labels = field(default_factory=Labels)
    queue: str = ""

    def to_json(self) -> dict[str, Any]:
        values = asdict(self)
        values["upload"] = None if self.upload is None else str(self.upload)
        values["paths"] = [_encode_path(path) for path in self.paths]
        groups = self.labels.groups
        values["labels"]["groups"] = None if groups is None else sorted(groups)
        return values

    @classmethod
    def from_json(cls, values: Mapping[str, Any]) -> RunSettings:
        labels = dict(values["labels"])
        if labels["groups"] is not None:
            labels["groups"] = frozenset(labels["groups"])
        return cls(
            paths=tuple(_decode_path(path) for path in values["paths"]),
            urls=tuple(values["urls"]),
            upload=None if values["upload"] is None else UUID(values["upload"]),
            include=tuple(values["include"]),
            exclude=tuple(values["exclude"]),
            prune=values["prune"],
            labels=Labels(**labels),
            queue=values["queue"],
        )


@dataclass(frozen=True, slots=True)
class Run:
    """One ingestion. `error` says why it failed as a whole; problems of single sources are listed apart.

    Once `planned`, all of its items are known and their jobs are in the queue.
    """

    id: UUID
    collection_id: int
    index_id: int | None
    state: RunState
    settings: RunSettings
    planned: bool
    error: str | None
    created_at: datetime
    started_at: datetime | None
    finished_at: datetime | None


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a run is. Counts are of documents; a file of many documents counts as one until it is read.

    `documents_done` were written, `documents_unchanged` cost nothing, `documents_failed` are listed as problems,
    `documents_removed` are gone from their source. `chunks` were embedded in this run. Rates and the time left, in
    seconds, are None as long as they cannot be told.
    """

    run_id: UUID
    state: RunState
    documents_total: int
    documents_done: int
    documents_unchanged: int
    documents_failed: int
    documents_removed: int
    chunks: int
    chunks_per_second: float | None
    seconds_left: float | None
    seconds: float
    error: str | None

    @property
    def finished(self) -> bool:
        return self.state in FINAL_STATES


@dataclass(frozen=True, slots=True)
class Problem:
    """A source that could not be read, for a person: what, why, and what to do."""

    uri: str
    reason: str
    hint: str


@dataclass(frozen=True, slots=True)
class ItemSource:
    """Where the bytes of an item are: a file, a member of an archive, a page, or one of these in an upload."""

    path: str | None = None
    member: str | None = None
    media_type: str | None = None
    url: str | None = None
    upload: UUID | None = None

    def to_json(self) -> dict[str, Any]:
        path = None if self.path is None else _encode_path(self.path)
        return {**asdict(self), "path": path, "upload": None if self.upload is None else str(self.upload)}

    @classmethod
    def from_json(cls, values: Mapping[str, Any]) -> ItemSource:
        path, upload = values["path"], values["upload"]
        return cls(
            path=None if path is None else _decode_path(path),
            member=values["member"],
            media_type=values["media_type"],
            url=values["url"],
            upload=None if upload is None else UUID(upload),
        )


@dataclass(frozen=True, slots=True)
class Item:
    """One thing to read in a run."""

    id: int
    uri: str
    source: ItemSource
    size_bytes: int


@dataclass(frozen=True, slots=True)
class KnownSource:
    """What a source held when it was last read whole.

    `raw_hash` is empty when some of its lines could not be read: it is then read again the next time, and they are told
    again.
    """

    uri: str
    raw_hash: bytes
    index_id: int
    labels_hash: bytes
    documents: int


def _encode_path(path: str) -> str:
    """A path is bytes, and jsonb holds only Unicode."""
    return quote(os.fsencode(path))


def _decode_path(path: str) -> str:
    return os.fsdecode(unquote_to_bytes(path))
