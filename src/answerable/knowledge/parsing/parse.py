"""From a source to its documents. Runs in a worker process: arguments and results can be pickled.

A parser in native code may crash the process or never return. Nothing in here can prevent that; the owner of
the process pool sets a deadline for each source, ends the process that misses it, and reports the source as
failed.
"""

from __future__ import annotations

import re
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import PurePosixPath
from typing import IO
from urllib.parse import unquote

from answerable.knowledge.languages import detect_language
from answerable.knowledge.parsing.decoding import clean_value
from answerable.knowledge.parsing.jsonl import parse_jsonl
from answerable.knowledge.parsing.media_types import JSONL, PDF, PICTURED, find_media_type, resolve_media_type
from answerable.knowledge.parsing.office import convert, has_tesseract
from answerable.knowledge.parsing.pdf import parse_pdf
from answerable.knowledge.parsing.registry import PARSERS
from answerable.knowledge.parsing.sidecar import apply_sidecar, read_sidecar
from answerable.knowledge.parsing.types import Extracted, ParseFailed, ParseLimits
from answerable.knowledge.sources.sidecars import find_sidecar
from answerable.knowledge.sources.types import SourceItem, SourceProblem
from answerable.knowledge.types import ParsedDocument

_WORD = re.compile(r"\w")
_HEAD_BYTES = 65_536
_UNREADABLE = (OSError, zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, KeyError)
"""What opening and unpacking raise: RuntimeError for an encrypted member of an archive, KeyError for a missing one."""

_TITLE_CHARACTERS = 300


def parse_item(
    item: SourceItem, limits: ParseLimits, *, problems: list[SourceProblem] | None = None
) -> Iterator[ParsedDocument]:
    """Yield the documents of a source: one, or one for each line of a JSONL file, lazily.

    Bad lines are added to `problems`, at most `limits.max_problems` of them. Raises ParseFailed, with a
    reason that a user can act on, when the source holds no document that can be read.
    """
    if item.path is None:
        raise ParseFailed("The source has no file.", hint="Fetch it first, and parse its bytes.")
    name = item.member or read_name(item.uri)
    try:
        fields = read_sidecar(find_sidecar(item.path, item.member))
        with _open_source(item.path, item.member) as stream:
            if find_media_type(name, item.media_type) == JSONL:
                noted = problems if problems is not None else []
                fields.pop("title", None)
                for line in parse_jsonl(stream, item.uri, limits=limits, problems=noted):
                    yield apply_sidecar(line, fields) if fields else line
                return
            data = stream.read(limits.max_bytes + 1)
    except _UNREADABLE as error:
        raise ParseFailed(f"The file cannot be read: {error}.", hint="Check that it is whole.") from error
    document = parse_bytes(data, uri=item.uri, name=name, media_type=item.media_type, limits=limits)
    yield apply_sidecar(document, fields)


def parse_bytes(
    data: bytes, *, uri: str, name: str, media_type: str | None, limits: ParseLimits
) -> ParsedDocument:
    """Return the document that some bytes hold: an upload, a web page, a file of a source.

    `name` is a file name or path (its suffix tells the type), empty if there is none; `media_type` is what
    the sender declared. Raises ParseFailed.
    """
    if len(data) > limits.max_bytes:
        size = limits.max_bytes >> 20
        raise ParseFailed(
            f"The file is larger than {size} MiB.", hint="Split it; JSONL files may be of any size."
        )
    if not data:
        raise ParseFailed("The file is empty.", hint="Remove it, or fill it.")
    kind = resolve_media_type(name, media_type, data[:_HEAD_BYTES])
    if kind == JSONL:
        raise ParseFailed("A JSONL file holds many documents.", hint="Ingest it as a file.")
    extracted = _extract(data, name, kind, limits)
    _check(extracted, kind, limits)
    return _to_document(extracted, uri=uri, name=name, media_type=kind)


def _extract(data: bytes, name: str, kind: str, limits: ParseLimits) -> Extracted:
    parser = PARSERS.get(kind)
    if parser is not None:
        return parser(data, name)
    if kind == PDF:
        return parse_pdf(data, ocr=limits.ocr)
    return convert(data, kind, ocr=limits.ocr and has_tesseract())


def _check(extracted: Extracted, kind: str, limits: ParseLimits) -> None:
    if not _WORD.search(extracted.text):
        raise ParseFailed("There is no text in it.", hint=_get_hint_without_text(kind))
    if len(extracted.text) > limits.max_characters:
        raise ParseFailed(
            f"Its text is longer than {limits.max_characters:,} characters.", hint="Split the document."
        )


def _get_hint_without_text(kind: str) -> str:
    if kind not in PICTURED:
        return "Remove it, or fill it."
    if has_tesseract():
        return "If it holds pictures of text, they could not be made out: export it as text."
    return "If it holds pictures of text: install tesseract, or export it as text."


def _to_document(extracted: Extracted, *, uri: str, name: str, media_type: str) -> ParsedDocument:
    title = " ".join(extracted.title.split())[:_TITLE_CHARACTERS]
    return ParsedDocument(
        uri=uri,
        title=title or PurePosixPath(name).name or uri,
        text=extracted.text,
        language=extracted.language or detect_language(extracted.text),
        media_type=media_type,
        metadata=clean_value(extracted.metadata),
        groups=extracted.groups,
        page_starts=extracted.page_starts,
    )


def read_name(uri: str) -> str:
    """Return the file name in a uri: `a.md` for `file:///x/a.md`, `upload:a.md` and `https://host/a.md?x=1`."""
    path = uri.partition("#")[0].partition("?")[0].partition("://")[2] or uri
    return unquote(re.split(r"[/:]", path.rstrip("/"))[-1])


@contextmanager
def _open_source(path: str, member: str | None) -> Iterator[IO[bytes]]:
    if member is None:
        with open(path, "rb") as stream:
            yield stream
        return
    with zipfile.ZipFile(path) as archive, archive.open(member) as stream:
        yield stream
