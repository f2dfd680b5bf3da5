"""Collections and documents as readers see them: by name, by page, by group."""

from __future__ import annotations

from pathlib import Path
from uuid import uuid4

import pytest

from answerable.core.errors import Conflict, InvalidInput, NotFound
from tests.integration.knowledge.ingestion.harness import COLLECTION, Ingestion, MakeIngestion

HR = frozenset({"hr"})
SALES = frozenset({"sales"})


async def test_names_are_checked_and_unique(make_ingestion: MakeIngestion) -> None:
    knowledge = (await make_ingestion(worker=False)).knowledge
    with pytest.raises(Conflict):
        await knowledge.create_collection(COLLECTION)
    for name in ("", "No", "a b", "x" * 64, "-a"):
        with pytest.raises(InvalidInput):
            await knowledge.create_collection(name)
    with pytest.raises(NotFound):
        await knowledge.get_collection("nowhere")


async def test_a_reader_sees_counts_lists_and_texts_of_his_groups_only(
    ingestion: Ingestion, folder: Path
) -> None:
    await ingestion.ingest(folder / "apples.md", groups=HR)
    await ingestion.ingest(folder / "pears.md")
    knowledge = ingestion.knowledge
    everything = await knowledge.get_summary(COLLECTION)
    for_sales = await knowledge.get_summary(COLLECTION, groups=SALES)
    assert (everything.documents, for_sales.documents) == (2, 1)
    assert everything.chunks > for_sales.chunks > 0
    for_hr = await knowledge.list_documents(COLLECTION, groups=HR)
    assert for_hr.total == 2
    page = await knowledge.list_documents(COLLECTION, groups=SALES)
    assert [document.uri.rpartition("/")[2] for document in page.documents] == ["pears.md"]
    (secret,) = [document for document in for_hr.documents if document.groups == HR]
    assert (await knowledge.get_document(secret.id, groups=HR)).text.startswith("# All about apples")
    with pytest.raises(NotFound):
        await knowledge.get_document(secret.id, groups=SALES)
    with pytest.raises(NotFound):
        await knowledge.delete_document(COLLECTION, secret.id, groups=SALES, by="ops")


async def test_pages_follow_each_other_and_search_takes_characters_as_they_are(
    ingestion: Ingestion, folder: Path
) -> None:
    (folder / "100%_sure.md").write_text("# Percent\n\nWords.")
    await ingestion.ingest(folder)
    seen: list[str] = []
    after = None
    while True:
        page = await ingestion.knowledge.list_documents(COLLECTION, limit=3, after=after)
        seen += [document.uri for document in page.documents]
        after = page.next_after
        if after is None:
            break
    assert len(seen) == page.total == 4
    assert seen == sorted(set(seen))
    found = await ingestion.knowledge.list_documents(COLLECTION, search="%25_s")
    assert [document.title for document in found.documents] == ["Percent"]
    by_title = await ingestion.knowledge.list_documents(COLLECTION, search="PEARS")
    assert by_title.total == 1


async def test_a_deleted_document_is_gone_and_comes_back_with_its_source(
    ingestion: Ingestion, folder: Path
) -> None:
    await ingestion.ingest(folder)
    document = (await ingestion.knowledge.list_documents(COLLECTION)).documents[0]
    await ingestion.knowledge.delete_document(COLLECTION, document.id, by="ops")
    assert await ingestion.fetch("SELECT count(*) FROM chunk WHERE document_id = %s", document.id) == [(0,)]
    with pytest.raises(NotFound):
        await ingestion.knowledge.delete_document(COLLECTION, uuid4(), by="ops")
    assert (await ingestion.ingest(folder)).documents_done == 1


async def test_a_deleted_collection_leaves_nothing(ingestion: Ingestion, folder: Path) -> None:
    await ingestion.ingest(folder)
    await ingestion.knowledge.delete_collection(COLLECTION, by="ops")
    assert await ingestion.knowledge.list_collections() == []
    for table in ("document", "index_version", "chunk", "ingestion_run", "ingestion_source"):
        assert await ingestion.fetch(f"SELECT count(*) FROM {table}") == [(0,)]


async def test_passages_are_found_by_the_ids_that_traces_keep(ingestion: Ingestion, folder: Path) -> None:
    await ingestion.ingest(folder / "apples.md", groups=HR)
    await ingestion.ingest(folder / "pears.md")
    knowledge = ingestion.knowledge
    documents = (await knowledge.list_documents(COLLECTION)).documents
    secret = next(document for document in documents if document.groups == HR)
    open_one = next(document for document in documents if document.groups is None)
    ids = [f"{secret.id}.0", f"{open_one.id}.0"]
    lost = [f"{open_one.id}.999", f"{uuid4()}.0", f"{open_one.id}.{'9' * 40}", "nonsense", ""]
    found = await knowledge.list_passages([*ids, *lost])
    assert set(found) == set(ids)
    text = (await knowledge.get_document(open_one.id)).text
    passage = found[ids[1]]
    assert passage.text in text
    assert text[passage.start : passage.end] == passage.text
    assert passage.document.title == open_one.title
    assert set(await knowledge.list_passages(ids, groups=SALES)) == {ids[1]}
    assert await knowledge.list_passages([]) == {}
