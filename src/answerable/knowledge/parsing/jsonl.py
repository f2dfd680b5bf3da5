"""JSONL as bulk import: each line a document `{id or _id, title, text, metadata}`. Streamed, also from `.gz`."""

from __future__ import annotations

import gzip
import json
import zlib
from collections.abc import Iterator
from typing import IO, Any

from answerable.knowledge.languages import detect_language
from answerable.knowledge.parsing.decoding import clean, clean_value
from answerable.knowledge.parsing.markdown import read_groups, read_language
from answerable.knowledge.parsing.media_types import PLAIN
from answerable.knowledge.parsing.types import ParseFailed, ParseLimits
from answerable.knowledge.sources.types import SourceProblem
from answerable.knowledge.sources.uris import line_uri
from answerable.knowledge.types import ParsedDocument

_SHAPE = 'Write {"id": ..., "title": ..., "text": ..., "metadata": {...}} on each line.'


def parse_jsonl(
    stream: IO[bytes], uri: str, *, limits: ParseLimits, problems: list[SourceProblem]
) -> Iterator[ParsedDocument]:
    """Yield the document of each line; a bad line is added to `problems`, and the rest goes on.

    Raises ParseFailed when the stream itself breaks, or when no line holds a document.
    """
    count = 0
    seen: set[str] = set()
    for number, line in _read_lines(stream, limits, problems, uri):
        try:
            document = _to_document(line, uri, limits)
            if document.uri in seen:
                raise ParseFailed("Another line has the same id.", hint="Give each line its own id.")
        except ParseFailed as error:
            _note(problems, limits, f"{uri}:{number}", error)
            continue
        seen.add(document.uri)
        count += 1
        yield document
    if not count:
        raise ParseFailed("No line of the file holds a document.", hint=_SHAPE)


def open_lines(stream: IO[bytes]) -> IO[bytes]:
    """Return the stream itself, or what it unpacks to when its first bytes are those of gzip."""
    head = stream.read(2)
    stream.seek(0)
    return gzip.GzipFile(fileobj=stream) if head == b"\x1f\x8b" else stream  # type: ignore[return-value]


def _read_lines(
    stream: IO[bytes], limits: ParseLimits, problems: list[SourceProblem], uri: str
) -> Iterator[tuple[int, bytes]]:
    """Yield the number and bytes of each line that is not blank; lines end at `\\n` only."""
    number = 0
    try:
        lines = open_lines(stream)
        while line := lines.readline(limits.max_line_bytes + 1):
            number += 1
            if len(line) > limits.max_line_bytes:
                _skip_line(lines, limits, line)
                size = limits.max_line_bytes >> 20
                error = ParseFailed(f"The line is longer than {size} MiB.", hint="Split the document.")
                _note(problems, limits, f"{uri}:{number}", error)
            elif line.strip():
                yield number, line
    except (OSError, EOFError, zlib.error) as error:
        raise ParseFailed(f"The file breaks off after line {number:,}.", hint="Get it again.") from error


def _skip_line(lines: IO[bytes], limits: ParseLimits, line: bytes) -> None:
    while line and not line.endswith(b"\n"):
        line = lines.readline(limits.max_line_bytes)


def _to_document(line: bytes, uri: str, limits: ParseLimits) -> ParsedDocument:
    record = _load(line)
    identifier = record.get("id", record.get("_id"))
    if isinstance(identifier, bool) or not isinstance(identifier, str | int) or identifier == "":
        raise ParseFailed("The line has no id.", hint=_SHAPE)
    text, title = record.get("text"), record.get("title") or ""
    if not isinstance(text, str) or not isinstance(title, str):
        raise ParseFailed("The text or the title of the line is not a string.", hint=_SHAPE)
    text = clean(text)
    if not text.strip():
        raise ParseFailed("The text of the line is empty.", hint=_SHAPE)
    if len(text) > limits.max_characters:
        raise ParseFailed(f"The text is longer than {limits.max_characters:,} characters.", hint="Split it.")
    metadata = record.get("metadata")
    metadata = {} if metadata is None else metadata
    if not isinstance(metadata, dict):
        raise ParseFailed("The metadata of the line is not an object.", hint=_SHAPE)
    return ParsedDocument(
        uri=clean(line_uri(uri, str(identifier))),
        title=clean(title).strip(),
        text=text,
        language=read_language(record.get("language")) or detect_language(text),
        media_type=PLAIN,
        metadata=clean_value(metadata),
        groups=read_groups(record.get("groups")),
    )


def _load(line: bytes) -> dict[str, Any]:
    try:
        record = json.loads(line.decode("utf-8-sig"))
    except (ValueError, RecursionError) as error:
        raise ParseFailed("The line is not JSON.", hint=_SHAPE) from error
    if not isinstance(record, dict):
        raise ParseFailed("The line is not a JSON object.", hint=_SHAPE)
    return record


def _note(problems: list[SourceProblem], limits: ParseLimits, where: str, error: ParseFailed) -> None:
    if len(problems) < limits.max_problems:
        problems.append(SourceProblem(where, error.detail, error.hint or ""))
