"""Two indexes of one collection: built beside, following, made active, dropped."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from answerable.core.errors import Conflict, InvalidInput, NotFound
from answerable.knowledge.index_versions.types import IndexChoice, IndexSummary
from answerable.knowledge.types import Hit, RetrievalSettings
from tests.fakes.tables import list_tables_with
from tests.fakes.waiting import wait_until
from tests.integration.knowledge.ingestion.harness import COLLECTION, Ingestion, MakeIngestion, write_document

_SMALL = IndexChoice(chunk_tokens=64)
_REMOTE = IndexChoice(embedder="remote:vectors")
_WORDS_ALONE = RetrievalSettings(dense_weight=0, top_k=20)


async def make(ingestion: Ingestion, name: str = "small", choice: IndexChoice = _SMALL) -> IndexSummary:
    await ingestion.versions.create(COLLECTION, name, choice, by="ada")
    return await ingestion.versions.wait(COLLECTION, name)


async def find(ingestion: Ingestion, query: str, index: str | None = None) -> tuple[Hit, ...]:
    found = await ingestion.search.search(
        query, collection=COLLECTION, index=index, groups=None, settings=_WORDS_ALONE
    )
    return found.hits


async def wait_until_complete(ingestion: Ingestion, name: str) -> None:
    """A job that failed may try again a few times before the index is as it should be."""

    async def is_complete() -> bool:
        found = await ingestion.versions.get(COLLECTION, name)
        return not (found.behind or found.problem or found.working)

    await wait_until(is_complete)


async def list_uncut(ingestion: Ingestion) -> list[tuple[str, str]]:
    """Return the indexes and documents of which passages are not just what stands in the text, or come twice."""
    return [
        (row[0], row[1])
        for row in await ingestion.fetch(
            """SELECT i.name, d.uri FROM chunk c JOIN index_version i ON i.id = c.index_id
            LEFT JOIN document d ON d.id = c.document_id
            GROUP BY i.name, d.uri, c.document_id, c.position, c.text, d.text, c.start_offset, c.end_offset
            HAVING count(*) > 1 OR d.text IS NULL
                OR c.text <> substr(d.text, c.start_offset + 1, c.end_offset - c.start_offset)"""
        )
    ]


async def test_an_index_is_built_from_what_is_stored(ingestion: Ingestion, folder: Path) -> None:
    await ingestion.ingest(folder)
    shutil.rmtree(folder)

    await ingestion.versions.create(COLLECTION, "small", _SMALL, by="ada")
    for _ in range(3):  # a second job for it does no harm
        await ingestion.versions.update(COLLECTION, "small")
    small = await ingestion.versions.wait(COLLECTION, "small")

    main, listed = await ingestion.versions.list_indexes(COLLECTION)
    assert (main.name, main.active, listed.name, listed.active) == ("main", True, "small", False)
    assert (small.documents, small.behind, small.problem) == (3, 0, "")
    assert small.chunks > main.chunks > 0
    assert small.settings.embedder == main.settings.embedder
    assert await list_uncut(ingestion) == []


async def test_each_index_is_searched_by_its_name(ingestion: Ingestion, folder: Path) -> None:
    await ingestion.ingest(folder)
    await make(ingestion)

    long, short = await find(ingestion, "plums"), await find(ingestion, "plums", "small")
    assert max(len(hit.text) for hit in short) < min(len(hit.text) for hit in long)
    with pytest.raises(NotFound, match="smal"):
        await find(ingestion, "plums", "smal")

    # The id of a passage names it for good, whichever index is active later.
    await ingestion.versions.activate(COLLECTION, "small", by="ada")
    for hit in (*long, *short):
        passages = await ingestion.knowledge.list_passages([hit.chunk_id])
        assert passages[hit.chunk_id].text == hit.text


async def test_an_index_follows_what_changes(ingestion: Ingestion, folder: Path, conninfo: str) -> None:
    write_document(folder / "gone.md", "quinces")
    await ingestion.ingest(folder)
    await make(ingestion)

    write_document(folder / "apples.md", "medlars")
    write_document(folder / "new.md", "cherries")
    (folder / "gone.md").unlink()
    await ingestion.ingest(folder)
    small = await ingestion.versions.wait(COLLECTION, "small")

    assert (small.documents, small.behind) == (4, 0)
    for index in ("main", "small"):
        assert {hit.document.title for hit in await find(ingestion, "medlars cherries", index)} == {
            "All about medlars",
            "All about cherries",
        }
    assert await list_uncut(ingestion) == []
    assert not [name for name in list_tables_with(conninfo, "quinces") if name.startswith("chunk")]


async def test_an_index_that_cannot_follow_says_so_and_shows_nothing_old(
    ingestion: Ingestion, folder: Path
) -> None:
    await ingestion.ingest(folder)
    await make(ingestion, "remote", _REMOTE)

    ingestion.provider.passages_left = 0
    write_document(folder / "apples.md", "medlars")
    await ingestion.ingest(folder)
    behind = await ingestion.versions.wait(COLLECTION, "remote")

    assert (behind.behind, "The provider is away." in behind.problem) == (1, True)
    assert await find(ingestion, "apples medlars", "remote") == ()
    with pytest.raises(Conflict, match="behind by 1 of 3 documents"):
        await ingestion.versions.activate(COLLECTION, "remote", by="ada")

    ingestion.provider.passages_left = None
    await ingestion.versions.update(COLLECTION, "remote")
    await wait_until_complete(ingestion, "remote")
    assert await find(ingestion, "medlars", "remote") != ()


async def test_what_is_written_is_not_embedded_again(ingestion: Ingestion, tmp_path: Path) -> None:
    root = tmp_path / "many"
    root.mkdir()
    for number in range(100):
        (root / f"{number}.md").write_text(f"# Note {number}\n\nThis is note {number}.\n", encoding="utf-8")
    await ingestion.ingest(root)
    before = ingestion.count_embedded()

    ingestion.provider.passages_left = 70  # one batch and a part of the second
    stopped = await make(ingestion, "remote", _REMOTE)
    assert 0 < stopped.behind < 100
    ingestion.provider.passages_left = None
    await ingestion.versions.update(COLLECTION, "remote")
    await wait_until_complete(ingestion, "remote")

    assert ingestion.count_embedded() - before == 100


async def test_the_active_index_is_another_one_at_no_cost(ingestion: Ingestion, folder: Path) -> None:
    await ingestion.ingest(folder)
    await make(ingestion)
    before = ingestion.count_embedded()

    active = await ingestion.versions.activate(COLLECTION, "small", by="ada")
    assert active.active
    assert [hit.text for hit in await find(ingestion, "plums")] == [
        hit.text for hit in await find(ingestion, "plums", "small")
    ]
    again = await ingestion.ingest(folder)
    assert (again.documents_unchanged, ingestion.count_embedded()) == (3, before)

    write_document(folder / "apples.md", "medlars")
    await ingestion.ingest(folder)
    await ingestion.versions.wait(COLLECTION, "main")
    back = await ingestion.versions.activate(COLLECTION, "main", by="ada")
    assert back.active
    assert await find(ingestion, "medlars") != ()
    assert await find(ingestion, "apples") == ()


async def test_an_ingestion_under_way_keeps_its_index(make_ingestion: MakeIngestion, folder: Path) -> None:
    ingestion: Ingestion = await make_ingestion(worker=False)
    run = await ingestion.service.start_run(COLLECTION, [str(folder)])
    await ingestion.versions.create(COLLECTION, "small", _SMALL, by="ada")

    with pytest.raises(Conflict, match="under way"):
        await ingestion.versions.activate(COLLECTION, "small", by="ada")
    await ingestion.service.cancel(run.id)
    assert (await ingestion.versions.activate(COLLECTION, "small", by="ada")).active


async def test_an_index_is_dropped_only_when_nobody_needs_it(ingestion: Ingestion, folder: Path) -> None:
    await ingestion.ingest(folder)
    small = await make(ingestion)

    with pytest.raises(Conflict, match="active index"):
        await ingestion.versions.drop(COLLECTION, "main", by="ada")
    ingestion.in_use[COLLECTION, "small"] = ["ask@production"]
    with pytest.raises(Conflict, match="ask@production"):
        await ingestion.versions.drop(COLLECTION, "small", by="ada")
    ingestion.in_use.clear()
    await ingestion.versions.drop(COLLECTION, "small", by="ada")

    assert [index.name for index in await ingestion.versions.list_indexes(COLLECTION)] == ["main"]
    tables = await ingestion.fetch("SELECT to_regclass(%s)", f"chunk_vector_{small.id}")
    assert tables == [(None,)]
    with pytest.raises(NotFound):
        await find(ingestion, "plums", "small")


@pytest.mark.parametrize(
    ("name", "choice", "problem"),
    [
        ("Small", _SMALL, "cannot be the name"),
        ("main", _SMALL, "first index"),
        ("same", IndexChoice(), "just these settings"),
        ("tiny", IndexChoice(chunk_tokens=3), "3 tokens"),
        ("wide", IndexChoice(chunk_tokens=90, chunk_overlap=60), "overlap by 60"),
    ],
)
async def test_what_no_index_can_be_is_refused(
    ingestion: Ingestion, folder: Path, name: str, choice: IndexChoice, problem: str
) -> None:
    await ingestion.ingest(folder)
    with pytest.raises((InvalidInput, Conflict), match=problem):
        await ingestion.versions.create(COLLECTION, name, choice, by="ada")


async def test_a_name_is_suggested(ingestion: Ingestion, folder: Path) -> None:
    await ingestion.ingest(folder)
    with pytest.raises(NotFound, match="Did you mean 'main'"):
        await ingestion.versions.get(COLLECTION, "mian")
