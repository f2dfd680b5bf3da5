"""A folder becomes documents; what has not changed costs nothing; what is gone goes away."""

from __future__ import annotations

import gzip
import json
import zipfile
from pathlib import Path

import pytest

from answerable.core.errors import InvalidInput, NotFound
from answerable.knowledge.ingestion.pool import PoolSettings
from answerable.knowledge.ingestion.service import IngestionSettings
from answerable.knowledge.types import IndexSettings
from tests.integration.knowledge.ingestion.harness import COLLECTION, Ingestion, MakeIngestion, write_document


async def test_a_folder_becomes_documents_with_chunks_and_vectors(ingestion: Ingestion, folder: Path) -> None:
    progress = await ingestion.ingest(folder)
    assert (progress.state, progress.documents_done, progress.documents_failed) == ("done", 3, 0)
    assert set(await ingestion.list_texts()) == {"apples.md", "pears.md", "plums.md"}
    rows = await ingestion.fetch(
        """SELECT d.uri, substr(d.text, c.start_offset + 1, c.end_offset - c.start_offset) = c.text,
                  v.ordinal IS NOT NULL
           FROM document d JOIN chunk c ON c.document_id = d.id
           LEFT JOIN chunk_vector_1 v ON v.ordinal = c.ordinal"""
    )
    assert len(rows) == progress.chunks >= 9
    assert all(exact and embedded for _, exact, embedded in rows)


async def test_an_unchanged_folder_costs_no_embedding_and_no_parsing(
    ingestion: Ingestion, folder: Path
) -> None:
    first = await ingestion.ingest(folder)
    embedded = ingestion.count_embedded()
    before = await ingestion.fetch("SELECT id, updated_at FROM document ORDER BY id")
    again = await ingestion.ingest(folder)
    assert first.chunks == embedded
    assert (again.documents_unchanged, again.documents_done, again.chunks) == (3, 0, 0)
    assert ingestion.count_embedded() == embedded
    assert await ingestion.fetch("SELECT id, updated_at FROM document ORDER BY id") == before


async def test_a_changed_document_is_swapped_and_keeps_its_id(ingestion: Ingestion, folder: Path) -> None:
    await ingestion.ingest(folder)
    (before,) = await ingestion.fetch("SELECT id FROM document WHERE uri LIKE '%apples.md'")
    write_document(folder / "apples.md", "cherries", sections=1)
    progress = await ingestion.ingest(folder)
    (after,) = await ingestion.fetch("SELECT id FROM document WHERE uri LIKE '%apples.md'")
    chunks = await ingestion.fetch("SELECT text FROM chunk WHERE document_id = %s", before[0])
    assert after == before
    assert (progress.documents_done, progress.documents_unchanged) == (1, 2)
    assert chunks
    assert all("apples" not in text for (text,) in chunks)


async def test_a_file_that_is_gone_goes_away_and_only_below_the_folder(
    ingestion: Ingestion, folder: Path, tmp_path: Path
) -> None:
    write_document(tmp_path / "outside.md", "outside")
    await ingestion.ingest(folder, tmp_path / "outside.md")
    (folder / "deep" / "plums.md").unlink()
    (tmp_path / "outside.md").unlink()
    progress = await ingestion.ingest(folder)
    assert progress.documents_removed == 1
    assert set(await ingestion.list_texts()) == {"apples.md", "pears.md", "outside.md"}
    orphans = "SELECT count(*) FROM chunk c WHERE NOT EXISTS (SELECT FROM document WHERE id = c.document_id)"
    assert await ingestion.fetch(orphans) == [(0,)]


async def test_what_was_not_asked_for_is_not_taken_for_gone(ingestion: Ingestion, folder: Path) -> None:
    await ingestion.ingest(folder)
    (folder / "pears.md").unlink()
    narrow = await ingestion.ingest(folder, include=["apples.md"])
    assert narrow.documents_removed == 1
    assert set(await ingestion.list_texts()) == {"apples.md", "plums.md"}


async def test_a_missing_folder_removes_nothing(ingestion: Ingestion, folder: Path) -> None:
    await ingestion.ingest(folder)
    folder.rename(folder.with_name("elsewhere"))
    progress = await ingestion.ingest(folder)
    assert (progress.documents_removed, progress.documents_failed) == (0, 1)
    assert len(await ingestion.list_texts()) == 3


async def test_without_prune_nothing_goes(ingestion: Ingestion, folder: Path) -> None:
    await ingestion.ingest(folder)
    (folder / "pears.md").unlink()
    assert (await ingestion.ingest(folder, prune=False)).documents_removed == 0


async def test_new_labels_are_written_without_embedding(ingestion: Ingestion, folder: Path) -> None:
    await ingestion.ingest(folder, metadata={"team": "a"})
    embedded = ingestion.count_embedded()
    progress = await ingestion.ingest(folder, metadata={"team": "b"}, groups=frozenset({"hr"}))
    rows = await ingestion.fetch("SELECT metadata ->> 'team', groups FROM document")
    assert rows == [("b", ["hr"])] * 3
    assert progress.documents_unchanged == 3
    assert ingestion.count_embedded() == embedded


async def test_new_labels_begin_a_new_generation_so_that_no_cache_serves_what_may_no_longer_be_read(
    ingestion: Ingestion, folder: Path
) -> None:
    generation = "SELECT generation FROM index_version"
    await ingestion.ingest(folder)
    [(before,)] = await ingestion.fetch(generation)
    await ingestion.ingest(folder, groups=frozenset({"hr"}))
    [(after,)] = await ingestion.fetch(generation)
    assert after > before


async def test_a_new_language_is_indexed_without_embedding(ingestion: Ingestion, folder: Path) -> None:
    await ingestion.ingest(folder, language="en")
    embedded = ingestion.count_embedded()
    old = await ingestion.fetch("SELECT document_id, position, text FROM chunk ORDER BY 1, 2")
    vectors = (
        "SELECT c.document_id, c.position, v.embedding::text FROM chunk c"
        " JOIN chunk_vector_1 v USING (ordinal) ORDER BY 1, 2"
    )
    old_vectors = await ingestion.fetch(vectors)
    await ingestion.ingest(folder, language="de")
    assert await ingestion.fetch("SELECT DISTINCT language FROM document") == [("de",)]
    assert await ingestion.fetch("SELECT document_id, position, text FROM chunk ORDER BY 1, 2") == old
    assert await ingestion.fetch(vectors) == old_vectors
    assert ingestion.count_embedded() == embedded


async def test_lines_of_a_jsonl_file_are_documents_and_follow_it(
    ingestion: Ingestion, tmp_path: Path
) -> None:
    path = tmp_path / "corpus.jsonl.gz"
    _write_lines(path, {f"d{i}": f"Line number {i} tells a story." for i in range(600)})
    first = await ingestion.ingest(path)
    assert first.documents_done == 600
    embedded = ingestion.count_embedded()
    changed = {f"d{i}": f"Line number {i} tells a story." for i in range(10, 600)}
    _write_lines(path, {**changed, "d20": "Another story altogether.", "new": "A new line."})
    second = await ingestion.ingest(path)
    assert (second.documents_done, second.documents_unchanged, second.documents_removed) == (2, 589, 10)
    assert ingestion.count_embedded() == embedded + 2
    assert await ingestion.fetch("SELECT count(*) FROM document") == [(591,)]


async def test_lines_that_cannot_be_read_are_told_each_time_at_no_cost(
    ingestion: Ingestion, tmp_path: Path
) -> None:
    path = tmp_path / "corpus.jsonl"
    good = [json.dumps({"id": f"d{i}", "text": f"Line number {i} tells a story."}) for i in range(3)]
    path.write_text("\n".join([*good, "no JSON"]))
    first = await ingestion.ingest(path)
    embedded = ingestion.count_embedded()
    again = await ingestion.ingest(path)
    assert (first.documents_done, first.documents_failed) == (3, 1)
    assert (again.documents_done, again.documents_unchanged, again.documents_failed) == (0, 3, 1)
    (problem,) = await ingestion.service.list_problems(again.run_id)
    assert problem.uri.endswith("corpus.jsonl:4")
    assert ingestion.count_embedded() == embedded
    path.write_text("\n".join(good))
    mended = await ingestion.ingest(path)
    assert (mended.documents_unchanged, mended.documents_failed) == (3, 0)


async def test_the_members_of_an_archive_are_documents(ingestion: Ingestion, folder: Path) -> None:
    archive = folder.with_name("all.zip")
    _zip(archive, sorted(folder.rglob("*.md")))
    await ingestion.ingest(archive)
    _zip(archive, sorted(folder.rglob("*.md"))[:2])
    progress = await ingestion.ingest(archive)
    assert (progress.documents_unchanged, progress.documents_removed) == (2, 1)


async def test_broken_files_are_reported_and_the_others_land(ingestion: Ingestion, folder: Path) -> None:
    (folder / "broken.pdf").write_bytes(b"%PDF-1.7\nthis is no document")
    (folder / "empty.md").write_bytes(b"")
    progress = await ingestion.ingest(folder)
    problems = await ingestion.service.list_problems(progress.run_id)
    assert (progress.state, progress.documents_done, progress.documents_failed) == ("done", 3, 2)
    assert {problem.uri.rpartition("/")[2] for problem in problems} == {"broken.pdf", "empty.md"}
    assert all(problem.reason and problem.hint for problem in problems)


async def test_a_path_that_is_not_there_is_a_problem(ingestion: Ingestion, tmp_path: Path) -> None:
    progress = await ingestion.ingest(tmp_path / "nowhere")
    assert (progress.state, progress.documents_failed) == ("done", 1)


async def test_a_large_document_is_shared_among_the_processes(ingestion: Ingestion, tmp_path: Path) -> None:
    write_document(tmp_path / "large.md", "numbers", sections=150)
    progress = await ingestion.ingest(tmp_path / "large.md")
    assert progress.chunks > 100
    assert progress.chunks == ingestion.count_embedded()


async def test_an_embedder_behind_an_interface_is_called(make_ingestion: MakeIngestion, folder: Path) -> None:
    settings = IngestionSettings(
        index=IndexSettings(embedder="test:remote"), pool=PoolSettings(processes=1), niceness=0
    )
    ingestion: Ingestion = await make_ingestion(settings=settings)
    progress = await ingestion.ingest(folder)
    assert (progress.documents_done, progress.chunks) == (3, ingestion.count_embedded())


@pytest.mark.parametrize("source", ["", "file:///etc/passwd", "ftp://host/file"])
async def test_what_is_no_source_is_refused_at_once(ingestion: Ingestion, source: str) -> None:
    with pytest.raises(InvalidInput):
        await ingestion.service.start_run(COLLECTION, [source])


async def test_an_unknown_collection_is_not_found(ingestion: Ingestion, folder: Path) -> None:
    with pytest.raises(NotFound):
        await ingestion.service.start_run("nowhere", [str(folder)])


async def test_a_private_address_is_a_problem_of_the_run(ingestion: Ingestion) -> None:
    progress = await ingestion.ingest("http://127.0.0.1:1/secret")
    assert progress.documents_failed == 1


async def test_a_cancelled_run_ends_and_stays_so(make_ingestion: MakeIngestion, folder: Path) -> None:
    ingestion: Ingestion = await make_ingestion(worker=False)
    run = await ingestion.service.start_run(COLLECTION, [str(folder)])
    await ingestion.service.cancel(run.id)
    progress = await ingestion.service.wait(run.id)
    assert progress.state == "cancelled"


def _write_lines(path: Path, lines: dict[str, str]) -> None:
    text = "".join(
        json.dumps({"_id": key, "title": key, "text": value}) + "\n" for key, value in lines.items()
    )
    path.write_bytes(gzip.compress(text.encode()))


def _zip(archive: Path, files: list[Path]) -> None:
    with zipfile.ZipFile(archive, "w") as target:
        for file in files:
            target.write(file, file.name)
