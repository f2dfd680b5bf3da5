"""Whatever was written, replaced, removed and merged: a search finds what a new index of the same texts finds."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from random import Random

import numpy as np
import pytest

from answerable.core.errors import InvalidInput
from answerable.core.ids import new_id
from answerable.db.database import Database
from answerable.knowledge.index.service import IndexService
from answerable.knowledge.types import Chunk, EmbeddedDocument, Hit, ParsedDocument
from tests.integration.knowledge.index.conftest import Library, Text, open_library

WORDS = "anchor beacon canvas deck ebb fathom galley harbour island jetty keel lagoon mast north oar".split()  # noqa: SIM905
QUERIES = ("anchor", "harbour mast", "keel lagoon island", "deck deck oar")
GROUPS = ("crew", "officers", "guests")


def make_text(random: Random, uri: str) -> Text:
    """Return a text of one to three paragraphs of random words, in one of two languages."""
    paragraphs = [
        " ".join(random.choices(WORDS, k=random.randint(1, 20))) for _ in range(random.randint(1, 3))
    ]
    return Text(
        uri, "\n\n".join(paragraphs), title=random.choice(WORDS), language=random.choice(["en", "de"])
    )


def describe(hits: Sequence[Hit]) -> list[tuple[str, str, float, float]]:
    """Everything that a user sees of a ranking; ties in an order of their own, since ordinals differ."""
    rows = [
        (hit.document.uri, hit.text, round(hit.score, 4), round(hit.scores.lexical or 0.0, 4)) for hit in hits
    ]
    return sorted(rows, key=lambda row: (-row[2], row))


async def assert_same_as_new(library: Library, texts: dict[str, Text], name: str) -> None:
    new = await open_library(library.database, name, languages=frozenset({"en"}))
    if texts:
        await new.write(*texts.values())
    for query in QUERIES:
        expected = describe(await new.search(query, top_k=500, candidates=500, fold_duplicates=False))
        assert (
            describe(await library.search(query, top_k=500, candidates=500, fold_duplicates=False))
            == expected
        )


@pytest.mark.parametrize("seed", [1, 2, 3])
async def test_any_history_of_writes_leaves_the_index_of_its_last_state(library: Library, seed: int) -> None:
    random = Random(seed)
    texts: dict[str, Text] = {}
    for _ in range(25):
        action = random.choice(["write", "write", "write", "remove", "merge", "merge all"])
        if action == "write":
            batch = [make_text(random, f"doc-{n}") for n in random.sample(range(30), k=3)]
            await library.write(*batch)
            texts.update((text.uri, text) for text in batch)
        elif action == "remove" and texts:
            gone = random.sample(sorted(texts), k=min(2, len(texts)))
            await library.remove(*gone)
            texts = {uri: text for uri, text in texts.items() if uri not in gone}
        else:
            await library.indexes.merge(library.index.id, most=1 if action == "merge all" else 8)
        await library.search("anchor keel")  # fills the caches, which must not go stale

    await assert_same_as_new(library, texts, "before")
    await library.indexes.finish_bulk(library.index.id)
    await assert_same_as_new(library, texts, "after")


async def test_many_small_writes_ask_for_a_merge_and_one_merge_is_enough(library: Library) -> None:
    random = Random(7)
    for n in range(10):
        await library.write(Text(f"doc-{n}", make_text(random, "").text))
    assert await library.indexes.needs_merge(library.index.id)

    await library.indexes.merge(library.index.id)

    assert not await library.indexes.needs_merge(library.index.id)


async def test_merging_drops_the_lists_of_what_was_removed(library: Library) -> None:
    await library.write(Text("a", "anchor beacon"), Text("b", "canvas deck"))
    await library.remove("a")

    await library.indexes.merge(library.index.id)

    async with library.database.transaction() as tx:
        lexemes = await (await tx.execute("SELECT lexeme FROM posting ORDER BY lexeme")).fetchall()
    assert lexemes == [("canva",), ("deck",)]


async def test_removing_everything_leaves_an_index_that_can_be_written_again(library: Library) -> None:
    await library.write(Text("a", "anchor"))
    await library.remove("a")
    await library.indexes.finish_bulk(library.index.id)
    assert await library.search("anchor") == ()

    await library.write(Text("b", "anchor"))

    assert await library.find_uris("anchor") == ["b"]


async def test_another_process_sees_a_write_at_once(library: Library) -> None:
    other = library.make_search()
    await library.write(Text("a", "anchor"))
    assert await library.find_uris("anchor", searches=other) == ["a"]

    await library.write(Text("a", "beacon"), Text("b", "anchor beacon"))

    assert await library.find_uris("anchor", searches=other, dense_weight=0.0) == ["b"]


async def test_a_write_that_fails_leaves_nothing_behind(library: Library) -> None:
    await library.write(Text("a", "anchor"))

    with pytest.raises(RuntimeError):
        async with library.database.transaction() as tx:
            await library.write_in(tx, Text("a", "beacon"), Text("b", "beacon"))
            raise RuntimeError("the machine burns")

    assert await library.find_uris("anchor", dense_weight=0.0) == ["a"]
    assert await library.find_uris("beacon", dense_weight=0.0) == []


async def test_vectors_of_another_embedder_are_refused(library: Library) -> None:
    parsed = ParsedDocument("a", "", "anchor", "en", "text/plain")
    chunks = (Chunk("anchor", "", (), None, 0, 6, 1),)
    document = EmbeddedDocument(new_id(), parsed, b"", 0, chunks, np.ones((1, 3), dtype=np.float16))

    async with library.database.transaction() as tx:
        with pytest.raises(InvalidInput, match=r"shape \(1, 3\), not \(1, 64\)"):
            await library.indexes.write(tx, library.index, [document])


async def test_a_search_beside_writers_sees_each_write_whole_or_not_at_all(library: Library) -> None:
    """Each write replaces both documents; a search must never see one of them new and the other old."""
    done = asyncio.Event()

    async def write() -> None:
        for version in range(25):
            await library.write(Text("a", f"anchor keel {version}"), Text("b", f"anchor mast {version}"))
            if version % 5 == 4:
                await library.indexes.merge(library.index.id, most=1)
        done.set()

    async def read() -> int:
        searches, count = library.make_search(), 0
        while not done.is_set():
            hits = await library.search("anchor", searches=searches)
            versions = {hit.text.split()[2] for hit in hits}
            assert len(hits) == 2
            assert len(versions) == 1
            assert all(hit.scores.lexical for hit in hits)
            count += 1
        return count

    await library.write(Text("a", "anchor keel start"), Text("b", "anchor mast start"))
    _, *counts = await asyncio.gather(write(), read(), read())
    assert all(count > 0 for count in counts)


@pytest.mark.parametrize("seed", [1, 2])
async def test_no_search_ever_shows_what_the_caller_may_not_read(library: Library, seed: int) -> None:
    random = Random(seed)
    allowed: dict[str, frozenset[str] | None] = {}
    for n in range(60):
        groups = random.choice([None, frozenset(), frozenset(random.sample(GROUPS, k=random.randint(1, 2)))])
        allowed[f"doc-{n}"] = groups
        metadata = {"parity": n % 2, "n": n}
        text = make_text(random, f"doc-{n}")
        await library.write(Text(text.uri, text.text, text.title, text.language, metadata, groups))
    for _ in range(60):
        caller = random.choice([None, frozenset(random.sample(GROUPS, k=random.randint(0, 3)))])
        filter = random.choice([None, {"parity": 1}, {"n": {"lt": random.randint(0, 60)}}])
        hits = await library.search(
            random.choice(QUERIES),
            groups=caller,
            filter=filter,
            top_k=random.choice([1, 8, 200]),
            candidates=random.choice([3, 200]),
            dense_weight=random.choice([None, 0.0, 1.0]),
        )
        for hit in hits:
            readers = allowed[hit.document.uri]
            assert caller is None or readers is None or caller & readers
            assert filter is None or hit.document.metadata["n"] < 60
    hidden = sum(1 for readers in allowed.values() if readers is not None and "crew" not in readers)
    found = {
        hit.document.uri for hit in await library.search("anchor", groups=frozenset({"crew"}), top_k=500)
    }
    assert len(found) == len(allowed) - hidden


async def test_a_large_index_gets_a_vector_index_and_finds_the_same(database: Database) -> None:
    library = await open_library(database, "large")
    random = Random(5)
    await library.write(*(make_text(random, f"doc-{n}") for n in range(300)))
    before = describe(await library.search("harbour mast", dense_weight=1.0, top_k=5))

    await IndexService(database, exact_up_to=100).finish_bulk(library.index.id)

    assert describe(await library.search("harbour mast", dense_weight=1.0, top_k=5)) == before
    async with database.transaction() as tx:
        cursor = await tx.execute(
            "SELECT amname FROM pg_am JOIN pg_class ON relam = pg_am.oid WHERE amname = 'hnsw'"
        )
        assert len(await cursor.fetchall()) == 1
