"""An acknowledged upload is safe in the database, and a large one never lies in memory whole."""

from __future__ import annotations

import tracemalloc
import zipfile
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from answerable.core.errors import InvalidInput, NotFound, TooLarge
from answerable.knowledge.ingestion.service import IngestionSettings
from tests.integration.knowledge.ingestion.harness import (
    COLLECTION,
    Ingestion,
    MakeIngestion,
)

MIB = 1 << 20


async def test_an_upload_becomes_a_document_and_leaves_nothing_behind(ingestion: Ingestion) -> None:
    run = await ingestion.service.stage_upload(COLLECTION, "notes.md", _stream(b"# Notes\n\nSome words."))
    progress = await ingestion.service.wait(run.id)
    assert (progress.state, progress.documents_done) == ("done", 1)
    assert await ingestion.fetch("SELECT uri, title FROM document") == [("upload:notes.md", "Notes")]
    assert await ingestion.fetch("SELECT count(*) FROM upload_part") == [(0,)]


async def test_the_same_name_again_replaces_the_document(ingestion: Ingestion) -> None:
    for text in (b"# One\n\nFirst words.", b"# Two\n\nOther words."):
        run = await ingestion.service.stage_upload(COLLECTION, "notes.md", _stream(text))
        await ingestion.service.wait(run.id)
    assert await ingestion.fetch("SELECT title FROM document") == [("Two",)]


async def test_an_acknowledged_upload_survives_the_process_that_took_it(
    make_ingestion: MakeIngestion,
) -> None:
    taker: Ingestion = await make_ingestion(worker=False)
    run = await taker.service.stage_upload(COLLECTION, "notes.md", _stream(b"# Notes\n\nSome words."))
    other: Ingestion = await make_ingestion()
    assert (await other.service.wait(run.id)).documents_done == 1


async def test_an_uploaded_archive_becomes_its_members(
    ingestion: Ingestion, folder: Path, tmp_path: Path
) -> None:
    archive = tmp_path / "all.zip"
    with zipfile.ZipFile(archive, "w") as target:
        for file in sorted(folder.rglob("*.md")):
            target.write(file, file.name)
    run = await ingestion.service.stage_upload(COLLECTION, "all.zip", _stream(archive.read_bytes()))
    assert (await ingestion.service.wait(run.id)).documents_done == 3
    uris = await ingestion.fetch("SELECT uri FROM document ORDER BY uri")
    assert uris[0] == ("upload:all.zip!/apples.md",)


async def test_a_large_upload_is_taken_in_bounded_memory(make_ingestion: MakeIngestion) -> None:
    ingestion: Ingestion = await make_ingestion(worker=False)
    tracemalloc.start()
    try:
        await ingestion.service.stage_upload(COLLECTION, "large.txt", _blocks(200))
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    ((size,),) = await ingestion.fetch("SELECT sum(length(content)) FROM upload_part")
    assert size == 200 * MIB
    assert peak < 32 * MIB


async def test_an_upload_over_the_limit_is_refused_and_leaves_nothing(make_ingestion: MakeIngestion) -> None:
    settings = IngestionSettings(max_upload_bytes=3 * MIB)
    ingestion: Ingestion = await make_ingestion(worker=False, settings=settings)
    with pytest.raises(TooLarge):
        await ingestion.service.stage_upload(COLLECTION, "large.txt", _blocks(5))
    assert await ingestion.fetch("SELECT count(*) FROM upload") == [(0,)]


async def test_a_stream_that_breaks_off_leaves_nothing(make_ingestion: MakeIngestion) -> None:
    ingestion: Ingestion = await make_ingestion(worker=False)
    with pytest.raises(ConnectionResetError):
        await ingestion.service.stage_upload(COLLECTION, "large.txt", _broken())
    assert await ingestion.fetch("SELECT count(*) FROM upload") == [(0,)]


async def test_an_empty_upload_and_an_unknown_collection_are_refused(ingestion: Ingestion) -> None:
    with pytest.raises(InvalidInput):
        await ingestion.service.stage_upload(COLLECTION, "empty.txt", _stream(b""))
    with pytest.raises(NotFound):
        await ingestion.service.stage_upload("nowhere", "a.txt", _stream(b"words"))


async def test_a_broken_upload_is_a_problem_under_its_own_name(ingestion: Ingestion) -> None:
    run = await ingestion.service.stage_upload(COLLECTION, "../a b.pdf", _stream(b"%PDF-1.7\nnothing"))
    await ingestion.service.wait(run.id)
    (problem,) = await ingestion.service.list_problems(run.id)
    assert problem.uri == "upload:a b.pdf"
    assert await ingestion.fetch("SELECT count(*) FROM upload") == [(0,)]


async def _stream(content: bytes) -> AsyncIterator[bytes]:
    for start in range(0, len(content), 7):
        yield content[start : start + 7]


async def _blocks(count: int) -> AsyncIterator[bytes]:
    for number in range(count):
        yield bytes([65 + number % 26]) * MIB


async def _broken() -> AsyncIterator[bytes]:
    yield b"x" * (2 * MIB)
    raise ConnectionResetError
