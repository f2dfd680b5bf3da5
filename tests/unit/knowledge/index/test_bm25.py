"""BM25 in NumPy against the formula, written down as plainly as possible."""

from __future__ import annotations

from collections import Counter
from math import log

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from answerable.knowledge.index.bm25 import K1, B, Corpus, PostingList, Segment, make_posting_list
from answerable.knowledge.index.postings import build_segment

Chunks = list[list[str]]

LEXEMES = st.sampled_from(["ship", "sail", "sea", "port", "crew"])
CHUNKS = st.lists(st.lists(LEXEMES, max_size=8), min_size=1, max_size=12)


def make_corpus(
    parts: list[tuple[str, Chunks]], dead: set[int]
) -> tuple[Corpus, dict[tuple[int, str], PostingList]]:
    """Build segments as they are stored, and read them back as a search does."""
    segments, lists, first = [], {}, 0
    for number, (language, chunks) in enumerate(parts):
        stored = build_segment(language, first, chunks)
        segment = Segment(
            id=number,
            language=language,
            ordinals=np.frombuffer(stored.ordinals, dtype="<u4"),
            lengths=np.frombuffer(stored.lengths, dtype="<u2"),
            dead=np.array(sorted(dead), dtype=np.uint32),
        )
        segments.append(segment)
        for lexeme, ordinals, counts in stored.postings:
            lists[number, lexeme] = make_posting_list(
                segment, np.frombuffer(ordinals, dtype="<u4"), np.frombuffer(counts, dtype=np.uint8)
            )
        first += len(chunks)
    return Corpus(segments), lists


def score_plainly(
    parts: list[tuple[str, Chunks]], dead: set[int], language: str, query: list[str]
) -> list[float]:
    """The formula of `bm25`, chunk by chunk; 0 for the dead and for other languages."""
    chunks = [(lang, Counter(chunk)) for lang, part in parts for chunk in part]
    live = [c for ordinal, (lang, c) in enumerate(chunks) if lang == language and ordinal not in dead]
    average = max(sum(c.total() for c in live) / max(len(live), 1), 1)
    scores = []
    for ordinal, (lang, chunk) in enumerate(chunks):
        score = 0.0
        for lexeme in query if lang == language and ordinal not in dead else []:
            df = sum(lexeme in other for other in live)
            idf = log(1 + (len(live) - df + 0.5) / (df + 0.5))
            score += idf * chunk[lexeme] / (chunk[lexeme] + K1 * (1 - B + B * chunk.total() / average))
        scores.append(score)
    return scores


@given(
    parts=st.lists(st.tuples(st.sampled_from(["en", "de"]), CHUNKS), min_size=1, max_size=4),
    query=st.lists(LEXEMES, max_size=4),
    dead=st.sets(st.integers(0, 40)),
    language=st.sampled_from(["en", "de"]),
)
def test_scores_are_those_of_the_formula_over_the_live_chunks_of_the_language(
    parts: list[tuple[str, Chunks]], query: list[str], dead: set[int], language: str
) -> None:
    corpus, lists = make_corpus(parts, dead)

    ranking = corpus.score({language: Counter(query)}, lists)

    total = sum(len(chunks) for _, chunks in parts)
    scores = ranking.get_scores(np.arange(total))
    np.testing.assert_allclose(scores, score_plainly(parts, dead, language, query), rtol=1e-5, atol=1e-6)


@given(chunks=CHUNKS, count=st.integers(1, 15))
def test_the_best_come_in_order_of_score_then_ordinal(chunks: Chunks, count: int) -> None:
    corpus, lists = make_corpus([("en", chunks)], set())
    ranking = corpus.score({"en": Counter(["sea", "ship"])}, lists)
    scores = ranking.get_scores(np.arange(len(chunks)))

    best = ranking.best(count).tolist()

    matching = [ordinal for ordinal in range(len(chunks)) if scores[ordinal] > 0]
    assert best == sorted(matching, key=lambda ordinal: (-scores[ordinal], ordinal))[:count]


def test_the_best_of_many_chunks_are_the_best_of_all() -> None:
    random = np.random.default_rng(3)
    chunks = [
        ["sea"] * int(random.integers(0, 9)) + ["port"] * int(random.integers(1, 40)) for _ in range(5000)
    ]
    corpus, lists = make_corpus([("en", chunks)], set())
    ranking = corpus.score({"en": Counter(["sea"])}, lists)
    scores = ranking.get_scores(np.arange(5000))

    best = ranking.best(20).tolist()

    assert best == sorted(range(5000), key=lambda ordinal: (-scores[ordinal], ordinal))[:20]


def test_a_merged_segment_may_have_gaps_and_lists_that_name_what_it_lost() -> None:
    segment = Segment(
        id=1,
        language="en",
        ordinals=np.array([3, 7, 9], dtype=np.uint32),
        lengths=np.array([1, 1, 1], dtype=np.uint16),
        dead=np.zeros(0, dtype=np.uint32),
    )

    postings = make_posting_list(
        segment, np.array([9, 3, 8, 12], dtype=np.uint32), np.array([1, 2, 3, 4], dtype=np.uint8)
    )

    assert postings.positions.tolist() == [2, 0]
    assert postings.counts.tolist() == [1, 2]


def test_a_posting_list_scored_again_after_the_average_length_changed_uses_the_new_one() -> None:
    postings = PostingList(np.array([0], dtype=np.uint32), np.array([1], dtype=np.uint8))

    first = postings.get_impacts(np.array([1.0], dtype=np.float32), 10.0)
    second = postings.get_impacts(np.array([3.0], dtype=np.float32), 11.0)

    assert first.tolist() == [pytest.approx(0.5)]
    assert second.tolist() == [pytest.approx(0.25)]


def test_an_empty_index_scores_nothing() -> None:
    ranking = Corpus([]).score({"en": Counter(["sea"])}, {})

    assert ranking.best(10).tolist() == []
    assert ranking.get_scores(np.array([5])).tolist() == [0]


def test_counts_and_lengths_are_capped_and_do_not_wrap_around() -> None:
    stored = build_segment("en", 0, [["sea"] * 70_000])

    assert stored.postings[0][2] == b"\xff"
    assert np.frombuffer(stored.lengths, dtype="<u2").tolist() == [65_535]
