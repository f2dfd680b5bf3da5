"""Retrieval measured on a real index, without a model."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from decimal import Decimal

import pytest
import pytest_asyncio

from answerable.apps.content import Grounding
from answerable.core.clock import SystemClock
from answerable.core.errors import InvalidInput, NotFound, Unavailable
from answerable.datasets.types import Evidence, Example
from answerable.db.database import Database
from answerable.evaluation.sweeps.comparing import summarise
from answerable.evaluation.sweeps.measuring import Measurements, PointRunner
from answerable.evaluation.sweeps.running import open_metrics
from answerable.evaluation.sweeps.types import Point, SweptIndex
from answerable.evaluation.targets.search import open_search
from answerable.knowledge.index.search import SearchService
from answerable.knowledge.types import RetrievalSettings
from answerable.llm.types import Embedder
from tests.fakes.embedder import HashingEmbedder
from tests.integration.knowledge.index.conftest import Library, Text, open_library

INDEX = SweptIndex("main", "fake:hashing", 220, 0, chunks=3, bytes=0)
WORDS = RetrievalSettings(top_k=2, dense_weight=0.0)
BASELINE = Point(INDEX, WORDS, baseline=True)


@pytest_asyncio.fixture
async def library(database: Database) -> Library:
    made = await open_library(database, "docs")
    await made.write(
        Text("apples.md", "Apples are picked in autumn.\n\nApples keep well in a cool cellar."),
        Text("pears.md", "Pears are picked before they are ripe."),
        Text("plums.md", "Plums make good jam."),
    )
    return made


def example(question: str, *uris: str, weight: float = 1.0) -> Example:
    return Example(
        key=question,
        input={"question": question},
        evidence=tuple(Evidence(text="", uri=uri) for uri in uris),
        weight=weight,
    )


EXAMPLES = [
    example("When are apples picked?", "apples.md", weight=3.0),
    example("What are plums good for?", "plums.md"),
    example("Where do apples keep well?", "pears.md"),
    example("Who is there?"),
]


async def list_in_batches(examples: Sequence[Example]) -> AsyncIterator[Sequence[Example]]:
    for start in range(0, len(examples), 2):
        yield examples[start : start + 2]


async def measure(
    search: SearchService, points: Sequence[Point], examples: Sequence[Example] = EXAMPLES
) -> Measurements:
    evaluators, _ = open_metrics("", [2])
    runner = PointRunner(search, "docs", evaluators, ["recall@1", "mrr"])
    return await runner.measure(points, list_in_batches(examples))


async def test_every_point_is_scored_on_every_example_with_evidence(library: Library) -> None:
    vectors = Point(INDEX, RetrievalSettings(top_k=1, dense_weight=1.0))
    found = await measure(library.searches, [BASELINE, vectors])

    assert (list(found.weights), found.passed_over) == ([3.0, 1.0, 1.0], 1)
    words, by_vectors = found.columns
    assert list(words.scores["recall@1"]) == [1.0, 1.0, 0.0]
    assert len(by_vectors.scores["mrr"]) == len(by_vectors.latencies) == len(by_vectors.tokens) == 3
    assert sum(by_vectors.tokens) < sum(words.tokens), "one passage is shorter than two"
    result = next(one for one in summarise(found, "recall@1") if one.point.baseline)
    assert result.quality["recall@1"].mean == pytest.approx(4 / 5), "weighted"


async def test_a_search_that_fails_ends_nothing(library: Library) -> None:
    class Away(HashingEmbedder):
        async def embed_query(self, text: str) -> object:  # type: ignore[override]
            raise Unavailable("The provider is away.")

    away: Embedder = Away()  # type: ignore[assignment]
    search = SearchService(library.database, lambda name: away, SystemClock())
    found = await measure(search, [BASELINE, Point(INDEX, RetrievalSettings(dense_weight=1.0))])

    words, vectors = found.columns
    assert (words.failed, vectors.failed) == (0, 3)
    results = {result.point.settings.dense_weight: result for result in summarise(found, "mrr")}
    assert (results[1.0].quality["mrr"].n, results[1.0].difference) == (0, None)


async def test_an_index_that_is_not_there_is_said_at_once(library: Library) -> None:
    gone = Point(SweptIndex("gone", "fake:hashing", 100, 0, chunks=0, bytes=0), WORDS)
    with pytest.raises(NotFound, match="gone"):
        await measure(library.searches, [BASELINE, gone])


@pytest.mark.parametrize("examples", [[], [example("Who is there?")]])
async def test_examples_that_want_nothing_found_are_refused(
    library: Library, examples: list[Example]
) -> None:
    with pytest.raises(InvalidInput, match="says what is to be found"):
        await measure(library.searches, [BASELINE], examples)


async def test_the_retrieval_of_a_variant_is_a_target(library: Library) -> None:
    grounding = Grounding(collection="docs", top_k=2, dense_weight=0.0)
    measured = await open_search(
        library.searches, app="ask", variant="main", variant_hash="abc", grounding=grounding
    )
    output = await measured.ask(EXAMPLES[0])

    assert (measured.target, measured.reusable) == ("retrieval", True)
    assert output.passages[0].uri == "apples.md"
    assert output.passages[0].text == "Apples are picked in autumn."
    assert (output.text, output.cost_usd, output.abstained) == ("", Decimal(0), None)

    await library.write(Text("figs.md", "Figs are dried."))
    again = await open_search(
        library.searches, app="ask", variant="main", variant_hash="abc", grounding=grounding
    )
    assert again.origin != measured.origin, "outputs of another state of the index are not reused"


async def test_an_app_without_retrieval_is_refused(library: Library) -> None:
    with pytest.raises(InvalidInput, match="retrieves nothing"):
        await open_search(library.searches, app="tone", variant="main", variant_hash="abc", grounding=None)
