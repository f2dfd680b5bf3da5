from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from answerable.knowledge.index.merging import MOST_SEGMENTS, plan_merges
from answerable.knowledge.index.store import SegmentSize


def merge_sizes(sizes: list[int]) -> tuple[list[int], int]:
    """Run the plans until nothing is left to merge; return the sizes, and the chunks rewritten."""
    rewritten = 0
    while plans := plan_merges([SegmentSize(i, "en", size, 0) for i, size in enumerate(sizes)]):
        [plan] = plans
        merged = sum(sizes[i] for i in plan.segment_ids)
        sizes = [size for i, size in enumerate(sizes) if i not in plan.segment_ids] + [merged]
        rewritten += merged
    return sizes, rewritten


@given(st.lists(st.integers(1, 300), min_size=1, max_size=300))
def test_an_index_that_grows_keeps_few_segments_and_rewrites_a_chunk_rarely(writes: list[int]) -> None:
    sizes: list[int] = []
    rewritten = 0
    for size in writes:
        sizes, more = merge_sizes([*sizes, size])
        rewritten += more

    assert sum(sizes) == sum(writes)
    assert len(sizes) <= MOST_SEGMENTS
    assert rewritten <= sum(writes) * 12


def test_languages_are_merged_apart() -> None:
    segments = [SegmentSize(i, "en" if i % 2 else "de", 10, 0) for i in range(2 * MOST_SEGMENTS + 2)]

    plans = plan_merges(segments)

    assert [plan.language for plan in plans] == ["de", "en"]
    assert all(segment_id % 2 == 0 for segment_id in plans[0].segment_ids)


def test_a_worn_segment_is_rewritten_even_alone() -> None:
    [plan] = plan_merges([SegmentSize(1, "en", 100, 30), SegmentSize(2, "en", 100, 0)])

    assert plan.segment_ids == (1,)
    assert plan.purge


def test_a_few_sound_segments_are_left_alone() -> None:
    assert plan_merges([SegmentSize(i, "en", 10, 0) for i in range(MOST_SEGMENTS)]) == []
