"""Passages that are remembered are those of the index as it is now, and nobody sees more of them than before."""

from __future__ import annotations

from dataclasses import replace

from psycopg.types.json import Jsonb

from answerable.knowledge.index.passages import PassageCache
from tests.integration.knowledge.index.conftest import Library, Text

TOWN = Text("town", "The town hall opens at nine.", metadata={"edition": 1}, groups=frozenset({"staff"}))
LAKE = Text("lake", "The lake is cold in the morning.")


async def test_new_labels_of_a_document_show_in_the_next_search(library: Library) -> None:
    await library.write(TOWN, LAKE)
    assert [hit.document.metadata for hit in await library.search("town hall", top_k=1)] == [{"edition": 1}]
    async with library.database.transaction() as tx:
        await tx.execute("UPDATE document SET metadata = %s WHERE uri = 'town'", (Jsonb({"edition": 2}),))
        await library.indexes.note_change(tx, library.index)
    assert [hit.document.metadata for hit in await library.search("town hall", top_k=1)] == [{"edition": 2}]


async def test_what_one_may_not_read_is_not_found_because_another_read_it(library: Library) -> None:
    await library.write(TOWN, LAKE)
    assert "town" in await library.find_uris("town hall")
    assert "town" not in await library.find_uris("town hall", groups=frozenset({"guests"}))


async def test_a_replaced_document_is_not_answered_from_memory(library: Library) -> None:
    await library.write(TOWN, LAKE)
    await library.search("town hall")
    await library.write(replace(TOWN, text="The town hall opens at ten."))
    assert [hit.text for hit in await library.search("town hall", top_k=1)] == ["The town hall opens at ten."]


async def test_a_full_memory_forgets_and_still_answers(library: Library) -> None:
    await library.write(
        *(Text(f"text-{number}", f"Town number {number}. " + "word " * 500) for number in range(8))
    )
    searches = library.make_search(passages=PassageCache(max_bytes=8_000))
    for _ in range(2):
        assert (
            len(await library.search("town number", searches=searches, top_k=8, fold_duplicates=False)) == 8
        )
