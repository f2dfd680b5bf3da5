"""The values of sources."""

from __future__ import annotations

from dataclasses import dataclass

MEBIBYTE = 1 << 20


@dataclass(frozen=True, slots=True)
class SourceItem:
    """One thing to parse: a file on the local disk, or a member of a zip archive on it.

    `uri` names the document for good (see `discover`); `path` is where its bytes lie, None when the caller
    holds them; `media_type` is what the source claims, None when it claims nothing; `member` is the name in
    the archive.
    """

    uri: str
    path: str | None
    media_type: str | None
    size_bytes: int
    member: str | None = None


@dataclass(frozen=True, slots=True)
class SourceProblem:
    """One thing that was left out: what it was, why, and what to do about it. Plain sentences, for a person."""

    uri: str
    reason: str
    hint: str


@dataclass(frozen=True, slots=True)
class SourceLimits:
    """Bounds of one ingestion. What is over one becomes a problem; nothing is cut silently."""

    max_files: int = 200_000
    max_depth: int = 64
    archive_members: int = 20_000
    archive_bytes: int = 2048 * MEBIBYTE
    archive_ratio: int = 200
    """Unpacked over packed size of a member of more than 1 MiB; documents stay under 50, a zip bomb is over
    1,000.
    """


@dataclass(frozen=True, slots=True)
class WebLimits:
    """Bounds of one fetch. `allow_private_hosts` names hosts whose addresses may be private, exactly as
    written.
    """

    max_bytes: int = 32 * MEBIBYTE
    max_redirects: int = 5
    timeout_seconds: float = 20.0
    allow_private_hosts: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class FetchedPage:
    """What a web address held. `url` is the address that answered, after redirects; `uri` the one asked for."""

    uri: str
    url: str
    media_type: str | None
    content: bytes
