"""What a search finds, in a real database."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from answerable.core.errors import InvalidInput, NotFound, UpstreamFailed
from answerable.db.database import Database
from answerable.knowledge.index.service import IndexService
from answerable.knowledge.index.store import IndexStore
from answerable.knowledge.types import RetrievalSettings
from tests.integration.knowledge.index.conftest import Library, Text, open_library

HARBOUR = Text(
    "harbour", "The harbour opens at dawn.\n\nShips of the line anchor in the outer roads.", title="Harbours"
)
GALLEY = Text("galley", "The cook feeds the crew from the galley.", title="Galleys")


async def test_a_hit_names_its_document_and_the_place_in_it(library: Library) -> None:
    await library.write(HARBOUR, GALLEY)

    [hit, *_] = await library.search("where do ships anchor")

    assert hit.document.uri == "harbour"
    assert hit.text == "Ships of the line anchor in the outer roads."
    assert HARBOUR.text[hit.start : hit.end] == hit.text
    assert hit.chunk_id == f"{hit.document.id}.1"
    assert hit.scores.lexical is not None
    assert hit.scores.lexical > 0
    assert 0 < hit.score <= 1


async def test_words_match_by_their_stem_and_titles_count(library: Library) -> None:
    await library.write(HARBOUR, GALLEY)

    assert await library.find_uris("anchoring", dense_weight=0.0) == ["harbour"]
    assert await library.find_uris("galley", dense_weight=0.0) == ["galley"]


async def test_german_words_match_by_german_stems_and_keep_their_own_statistics(library: Library) -> None:
    await library.write(
        HARBOUR,
        Text("haus", "Die Häuser am Hafen gehören dem König.", language="de"),
        Text("boot", "Das Boot liegt im Wasser.", language="de"),
    )

    [hit, *_] = await library.search("Wem gehört das Haus am Hafen?")

    assert (hit.document.uri, hit.language) == ("haus", "de")


async def test_chinese_without_spaces_is_found(library: Library) -> None:
    await library.write(
        Text("daxue", "北京大学成立于1898年,是中国第一所国立综合性大学。", language="zh"),
        Text("gangkou", "港口在黎明时分开放,船只停泊在外港。", language="zh"),
        HARBOUR,
    )

    assert (await library.find_uris("船只停泊在哪里?"))[0] == "gangkou"


async def test_scores_of_a_side_that_is_not_asked_are_none(library: Library) -> None:
    await library.write(HARBOUR, GALLEY)

    [lexical, *_] = await library.search("crew", dense_weight=0.0)
    [dense, *_] = await library.search("crew", dense_weight=1.0)

    assert lexical.scores.dense is None
    assert dense.scores.lexical is None
    assert dense.scores.dense is not None


async def test_a_search_of_words_alone_asks_no_embedder(library: Library) -> None:
    await library.write(GALLEY)

    await library.search("crew", dense_weight=0.0)

    assert library.embedder.asked == []


async def test_a_query_of_stop_words_falls_back_on_the_vectors(library: Library) -> None:
    await library.write(HARBOUR, GALLEY)

    assert len(await library.search("the of and")) == 3


async def test_the_same_passage_in_two_documents_is_shown_once(library: Library) -> None:
    licence = "Permission is granted to copy this chart for the use of any ship that sails these waters."
    await library.write(Text("a", licence), Text("b", licence), GALLEY)

    query = "permission to copy this chart"

    assert len(await library.search(query)) == 2
    assert len(await library.search(query, fold_duplicates=False)) == 3


async def test_top_k_is_reached_even_when_many_are_folded(library: Library) -> None:
    same = [Text(f"same-{n}", "The anchor is raised by the whole crew at dawn each day.") for n in range(40)]
    other = [Text(f"other-{n}", f"An anchor number {n} lies on the sea bed.") for n in range(10)]
    await library.write(*same, *other)

    assert len(await library.search("anchor raised by the crew", top_k=8)) == 8


async def test_a_search_that_knows_the_index_sees_what_another_process_did(library: Library) -> None:
    await library.write(HARBOUR, GALLEY)
    other = library.make_search()
    before = await library.find_uris("crew of the galley", searches=other)
    assert before[0] == "galley"

    await library.write(Text("late", "The crew of the galley sleeps on deck."))
    assert "late" in await library.find_uris("crew of the galley", searches=other)
    await library.write(
        Text("late", "Only officers see this of the galley's crew.", groups=frozenset({"officers"}))
    )
    hidden = await library.search("crew of the galley", searches=other, groups=frozenset({"crew"}))
    assert "late" not in [hit.document.uri for hit in hidden]
    await library.remove("late", "galley")
    assert not {"late", "galley"} & set(await library.find_uris("crew of the galley", searches=other))


async def test_a_search_that_knows_an_index_that_was_dropped_finds_the_new_one(
    database: Database, library: Library
) -> None:
    await library.write(HARBOUR)
    await library.search("harbour")
    async with database.transaction() as tx:
        await IndexStore().drop(tx, library.index.id)
    assert await library.search("harbour") == ()
    async with database.transaction() as tx:
        await tx.execute("DELETE FROM collection WHERE id = %s", (library.collection.id,))
    with pytest.raises(NotFound):
        await library.search("harbour")


async def test_a_new_collection_gives_no_hits(database: Database, library: Library) -> None:
    assert await library.search("anything") == ()


async def test_an_empty_query_is_refused(library: Library) -> None:
    with pytest.raises(InvalidInput, match="empty"):
        await library.search("  \n")


async def test_one_collection_never_sees_another(database: Database, library: Library) -> None:
    other = await open_library(database, "other")
    await library.write(HARBOUR)
    await other.write(GALLEY)

    assert set(await library.find_uris("harbour galley crew ships")) == {"harbour"}
    assert set(await other.find_uris("harbour galley crew ships")) == {"galley"}


async def test_a_dropped_index_is_not_found(library: Library) -> None:
    await library.write(HARBOUR)
    async with library.database.transaction() as tx:
        await library.indexes.drop_all(tx, library.collection.id)

    with pytest.raises(NotFound):
        await library.searches.search(
            "ships", collection=library.index, groups=None, settings=RetrievalSettings()
        )
    assert await library.search("ships") == ()


async def test_two_first_writers_make_one_index(library: Library) -> None:
    async with library.database.transaction() as tx:
        again = await library.indexes.get_or_create_active(
            tx, library.collection.id, library.index.settings, dimensions=64
        )

    assert again.id == library.index.id


FILES = (
    Text("a", "alpha anchor", metadata={"year": 2019, "tag": ["x", "y"], "lang": "en", "day": "2024-05-01"}),
    Text(
        "b",
        "beta anchor",
        metadata={"year": 2021, "tag": ["y"], "lang": "de", "day": "2024-06-01"},
        title="Bee",
    ),
    Text("c", "gamma anchor", metadata={"year": 2023.5, "lang": None}, language="de"),
    Text("d", "delta anchor"),
)


@pytest.mark.parametrize(
    ("filter", "uris"),
    [
        ({"lang": "en"}, "a"),
        ({"lang": None}, "c"),
        ({"lang": {"ne": "en"}}, "bcd"),
        ({"tag": "y"}, "ab"),
        ({"tag": {"in": ["x", "z"]}}, "a"),
        ({"year": {"gte": 2021}}, "bc"),
        ({"year": {"gt": 2019, "lt": 2023}}, "b"),
        ({"day": {"lte": "2024-05-31"}}, "a"),
        ({"year": {"exists": False}}, "d"),
        ({"year": {"gte": "2000"}}, ""),
        ({"year": {"gte": 2000}, "tag": "x"}, "a"),
        ({"document.uri": {"in": ["a", "d"]}}, "ad"),
        ({"document.language": "de"}, "c"),
        ({"document.title": "Bee"}, "b"),
        ({"document.uri": {"ne": "a"}}, "bcd"),
    ],
)
async def test_a_filter_holds_on_both_sides(library: Library, filter: dict[str, object], uris: str) -> None:
    await library.write(*FILES)

    for dense_weight in (0.0, 0.5, 1.0):
        found = await library.find_uris("anchor", filter=filter, dense_weight=dense_weight)
        assert sorted(found) == sorted(uris)


async def test_a_narrow_filter_finds_the_one_that_all_others_outrank(library: Library) -> None:
    await library.write(*(Text(f"n{n}", "anchor anchor anchor ship") for n in range(60)))
    await library.write(
        Text("one", "a long text that names the anchor just once among many words", metadata={"k": 1})
    )

    assert await library.find_uris("anchor ship", filter={"k": 1}, candidates=5) == ["one"]
    await IndexService(library.database, exact_up_to=1).finish_bulk(library.index.id)
    assert await library.find_uris("anchor ship", filter={"k": 1}, candidates=5, dense_weight=1.0) == ["one"]


class ShortestFirst:
    """A reranker with an opinion that no search has."""

    async def score(self, query: str, passages: Sequence[str]) -> Sequence[float]:
        return [-len(passage) for passage in passages]


class Mute:
    async def score(self, query: str, passages: Sequence[str]) -> Sequence[float]:
        return []


async def test_a_reranker_orders_the_best_passages_and_top_k_counts_after_it(library: Library) -> None:
    await library.write(*(Text(f"t{n}", "anchor " * (12 - n) + f"number{n}") for n in range(10)))
    searches = library.make_search(reranker=ShortestFirst())

    hits = await library.search("anchor", searches=searches, top_k=2, reranker="shortest")

    assert [hit.document.uri for hit in hits] == ["t9", "t8"]
    assert hits[0].score == 1


async def test_a_reranker_that_is_not_there_or_gives_no_scores_is_an_error_with_its_name(
    library: Library,
) -> None:
    await library.write(HARBOUR)

    with pytest.raises(InvalidInput, match="no reranker 'cohere'"):
        await library.search("harbour", reranker="cohere")
    with pytest.raises(UpstreamFailed, match="reranker gave scores"):
        await library.search("harbour", searches=library.make_search(reranker=Mute()), reranker="mute")
