"""Vectors compared in memory find what the database finds, of the index as it is now."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest

from answerable.db.database import Database
from answerable.knowledge.index.freshness import Freshness
from answerable.knowledge.index.vectors import VectorCache
from answerable.knowledge.types import Hit
from tests.integration.knowledge.index.conftest import Library, Text

TOWN = Text("town", "The town hall opens at nine.\n\nThe mayor speaks on Monday.")
LAKE = Text("lake", "The lake is cold in the morning.")
SEE = Text("see", "Der See ist am Morgen kalt.", language="de")
QUERIES = ("When does the town hall open?", "cold lake", "Wie kalt ist der See am Morgen?")


def _scores(hits: Sequence[Hit]) -> list[tuple[str, Any, Any]]:
    return [
        (hit.chunk_id, pytest.approx(hit.score, abs=1e-5), pytest.approx(hit.scores.dense, abs=1e-5))
        for hit in hits
    ]


async def _warm(library: Library) -> None:
    """Search often enough that everything is in memory."""
    for _ in range(3):
        await library.search("cold lake")


async def _lose_vectors(library: Library) -> None:
    """Take the vectors from the database behind everybody's back: who still finds with them has them in memory."""
    async with library.database.transaction() as tx:
        await tx.execute(f"DELETE FROM chunk_vector_{library.index.id}")


async def test_memory_and_database_find_the_same_with_the_same_scores(library: Library) -> None:
    await library.write(TOWN, LAKE)
    await library.write(SEE, Text("gone", "The lake is warm in the evening."))
    await library.remove("gone")
    asking = library.make_search(vectors=VectorCache(max_index_bytes=0))
    expected = [_scores(await library.search(query, searches=asking)) for query in QUERIES]
    await _warm(library)
    await _lose_vectors(library)
    assert [_scores(await library.search(query)) for query in QUERIES] == expected
    assert [len(hits) for hits in expected] == [4, 4, 4]


async def test_a_search_by_vectors_alone_is_answered_from_memory(library: Library) -> None:
    await library.write(TOWN, LAKE)
    await _warm(library)
    await _lose_vectors(library)
    hits = await library.search("lake cold morning", dense_weight=1.0)
    assert [hit.document.uri for hit in hits] == ["lake", "town", "town"]
    assert {hit.scores.lexical for hit in hits} == {None}


async def test_the_next_search_sees_each_write_of_another_process(library: Library) -> None:
    await library.write(TOWN, LAKE)
    for hour in ("ten", "eleven", "noon"):
        await _warm(library)
        await library.write(replace(TOWN, text=f"The town hall opens at {hour}."))
        assert (await library.search("town hall"))[0].text == f"The town hall opens at {hour}."
    await _warm(library)
    await library.remove("town")
    assert await library.find_uris("town hall") == ["lake"]


async def test_vectors_are_kept_over_merges_and_an_index_that_is_built_anew(library: Library) -> None:
    for number in range(12):
        await library.write(Text(f"text-{number}", f"Text number {number}."))
        await library.search("text", dense_weight=1.0)
    await library.indexes.finish_bulk(library.index.id)
    await _warm(library)
    assert len(await library.search("text number 7", dense_weight=1.0, top_k=20)) == 12


async def test_an_index_that_is_too_large_for_memory_is_searched_in_the_database(library: Library) -> None:
    vectors = VectorCache(max_index_bytes=3 * 64 * 4)
    searches = library.make_search(vectors=vectors)
    await library.write(LAKE, SEE)
    for _ in range(3):
        assert len(await library.search("lake", searches=searches)) == 2
    await library.write(TOWN)
    for _ in range(3):
        assert len(await library.search("lake", searches=searches)) == 4


async def test_rights_hold_beside_what_others_have_in_memory(library: Library) -> None:
    await library.write(replace(TOWN, groups=frozenset({"staff"})), LAKE)
    await _warm(library)
    assert await library.find_uris("town hall", groups=frozenset({"guests"})) == ["lake"]
    assert "town" in await library.find_uris("town hall", groups=frozenset({"staff"}))


async def test_more_searches_than_connections_all_get_their_answer(library: Library, conninfo: str) -> None:
    await library.write(TOWN, LAKE)
    database = Database(conninfo, max_size=2)
    await database.open()
    searches = library.make_search(database=database)
    try:
        for _ in range(3):
            queries = [f"The lake and word{number}" for number in range(20)] + ["cold lake"] * 20
            found = await asyncio.gather(*(library.search(query, searches=searches) for query in queries))
            assert {hits[0].document.uri for hits in found} == {"lake"}
    finally:
        await database.close()


async def test_an_answer_from_before_a_search_began_does_not_count_for_it(library: Library) -> None:
    freshness = Freshness(library.database)
    begun = freshness.note_begin()
    answers = await asyncio.gather(*(freshness.is_current(library.index, since=begun) for _ in range(5)))
    assert answers == [True] * 5
    await library.write(TOWN)
    assert not await freshness.is_current(library.index, since=freshness.note_begin())
