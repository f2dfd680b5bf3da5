"""Where documents are cut, and what each passage carries."""

from __future__ import annotations

import time
from functools import lru_cache

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from answerable.knowledge.chunking.chunk import MIN_TOKENS, chunk_document
from answerable.knowledge.chunking.tokens import TokenCounter
from answerable.knowledge.types import Chunk, ChunkerSettings, ParsedDocument

SENTENCE = "The gearbox oil is changed every twelve months by two technicians. "
PARAGRAPH = SENTENCE * 12


@lru_cache(maxsize=1)
def get_counter() -> TokenCounter:
    return TokenCounter.load()


def cut(
    text: str,
    *,
    media_type: str = "text/markdown",
    title: str = "Handbook",
    max_tokens: int = 220,
    overlap: int = 0,
    page_starts: tuple[int, ...] = (),
) -> list[Chunk]:
    document = ParsedDocument("file:///a", title, text, "en", media_type, page_starts=page_starts)
    chunks = chunk_document(document, ChunkerSettings(max_tokens=max_tokens, overlap=overlap), get_counter())
    for chunk in chunks:
        assert text[chunk.start : chunk.end] == chunk.text == chunk.text.strip()
        assert chunk.text
        assert chunk.tokens <= max_tokens
    return chunks


def test_short_document_is_one_chunk() -> None:
    (chunk,) = cut("# Handbook\n\nCall 112 in an emergency.\n")
    assert chunk.text == "# Handbook\n\nCall 112 in an emergency."
    assert chunk.heading_path == ("Handbook",)
    assert chunk.header == "Handbook"
    assert chunk.page is None


def test_sections_are_not_mixed_and_carry_their_path() -> None:
    parts = [
        "# Handbook",
        PARAGRAPH,
        "## Turbine",
        PARAGRAPH,
        "### Oil",
        PARAGRAPH * 2,
        "## Tower",
        PARAGRAPH,
    ]
    text = "\n\n".join(parts)
    chunks = cut(text)
    assert [chunk.heading_path for chunk in chunks] == [
        ("Handbook",),
        ("Handbook", "Turbine"),
        ("Handbook", "Turbine", "Oil"),
        ("Handbook", "Turbine", "Oil"),
        ("Handbook", "Tower"),
    ]
    # A passage that shows its heading does not repeat it; one from the middle of a section does.
    assert [chunk.header for chunk in chunks[2:4]] == ["Handbook > Turbine", "Handbook > Turbine > Oil"]


def test_setext_headings_and_headings_with_markup() -> None:
    text = f"Turbine\n=======\n\n{PARAGRAPH}\n\nThe *oil* [level](x.md)\n-----\n\n{PARAGRAPH}"
    assert [chunk.heading_path for chunk in cut(text)] == [("Turbine",), ("Turbine", "The oil level")]


def test_headings_in_code_are_no_headings() -> None:
    text = f"# Shell\n\n{SENTENCE}\n\n```sh\n# install\nmake\n```\n\n~~~~\n# not this\n```\n~~~~\n"
    assert {chunk.heading_path for chunk in cut(text)} == {("Shell",)}


def test_heading_alone_goes_with_what_follows() -> None:
    chunks = cut(f"# Handbook\n\n## Turbine\n\n### Oil\n\n{PARAGRAPH * 3}")
    assert chunks[0].text.startswith("# Handbook\n\n## Turbine\n\n### Oil\n\nThe gearbox")
    assert chunks[0].heading_path == ("Handbook", "Turbine", "Oil")


def test_small_neighbours_are_joined() -> None:
    text = "# Changes\n\n" + "".join(
        f"## 1.{number}\n\n- Mended the {number}th leak.\n\n" for number in range(9)
    )
    chunks = cut(text, title="Changes")
    assert len(chunks) < 4
    assert chunks[0].heading_path == ("Changes",)


def test_code_that_fits_is_never_cut() -> None:
    code = "```python\n" + "\n\n".join(f"def function_{n}():\n    return {n}" for n in range(12)) + "\n```"
    for lead in range(1, 16, 2):
        chunks = cut(f"{SENTENCE * lead}It goes like this:\n\n{code}\n\n{SENTENCE * 5}")
        assert any(code in chunk.text for chunk in chunks), lead


def test_code_that_does_not_fit_is_cut_between_lines() -> None:
    lines = [f"value_{number} = compute({number})" for number in range(100)]
    for chunk in cut("```python\n" + "\n".join(lines) + "\n```"):
        inner = chunk.text.removeprefix("```python\n").removesuffix("\n```").split("\n")
        assert set(inner) <= set(lines)


def test_table_is_cut_between_rows_and_names_its_columns_again() -> None:
    rows = "".join(f"| part {number} | {number * 3} mm | steel |\n" for number in range(90))
    chunks = cut(
        f"# Parts\n\n| Part | Length | Material |\n| --- | --- | --- |\n{rows}\nDone with it.\n",
        title="Parts",
    )
    assert len(chunks) > 3
    for chunk in chunks[1:-1]:
        assert chunk.header == "Parts\n| Part | Length | Material |"
        assert all(line.startswith("| part") and line.endswith("steel |") for line in chunk.text.split("\n"))


def test_csv_rows_stay_whole_and_name_their_columns() -> None:
    rows = "".join(f'{number},"a note\nof two lines",{number * 2}\n' for number in range(80))
    chunks = cut(f"id,note,size\n{rows}", media_type="text/csv", title="stock.csv")
    assert chunks[0].text.startswith("id,note,size\n0,")
    for chunk in chunks[1:]:
        assert chunk.header == "stock.csv\nid,note,size"
        assert chunk.text[0].isdigit()


def test_prose_is_cut_between_sentences_in_even_shares() -> None:
    chunks = cut(SENTENCE * 24, media_type="text/plain")
    assert all(chunk.text.endswith("technicians.") for chunk in chunks)
    assert max(chunk.tokens for chunk in chunks) - min(chunk.tokens for chunk in chunks) < 40


def test_pages_are_told() -> None:
    pages = [PARAGRAPH, PARAGRAPH, PARAGRAPH]
    starts = tuple(index * (len(PARAGRAPH) + 2) for index in range(3))
    chunks = cut("\n\n".join(pages), media_type="application/pdf", page_starts=starts)
    assert [chunk.page for chunk in chunks] == [1, 2, 3]


def test_front_matter_is_no_passage() -> None:
    (chunk,) = cut("---\ntitle: Oil\ntags: [a, b]\n---\n\nThe oil is changed.\n", title="Oil")
    assert chunk.text == "The oil is changed."


def test_overlap_repeats_the_end_of_the_passage_before() -> None:
    chunks = cut(SENTENCE * 40, media_type="text/plain", overlap=40)
    for before, after in zip(chunks, chunks[1:], strict=False):
        assert before.start < after.start < before.end < after.end
        assert get_counter().count(before.text[after.start - before.start :]) <= 40


def test_header_is_bounded() -> None:
    path = "".join(f"{'#' * level} {'Very long heading ' * 20}{level}\n\n" for level in range(1, 7))
    for chunk in cut(f"{path}{PARAGRAPH * 3}", title="title " * 100):
        assert get_counter().count(chunk.header) <= 220 // 4


def test_text_without_words_has_no_passages() -> None:
    assert cut("---\n\n***\n\n| | |\n|---|---|\n") == []
    assert cut("") == []


@pytest.mark.parametrize(
    "text", ["a", "灯", "x ", "|", "あ", "`", "word" + " " * 2000, "a.", "\n- x", "# [", "# " + " " * 999]
)
@pytest.mark.parametrize("media_type", ["text/markdown", "text/plain", "text/csv"])
def test_huge_lines_are_cut_in_bounded_time(text: str, media_type: str) -> None:
    started = time.process_time()
    chunks = cut(text * (300_000 // len(text)), media_type=media_type)
    assert time.process_time() - started < 8
    assert all(len(chunk.text) < 25_000 for chunk in chunks)


PARTS = st.sampled_from(
    [
        *(
            "# One\n",
            "## Two\n",
            "### Three\n",
            "\n",
            "\n\n",
            "- item\n",
            "1. item\n",
            "```\n",
            "~~~\n",
            "> quote\n",
        ),
        *(
            "| a | b |\n",
            "|---|---|\n",
            "===\n",
            "---\n",
            "    code\n",
            SENTENCE,
            SENTENCE * 5,
            "图书馆在河边。",
        ),
        *(
            "สวัสดีครับ",
            "x" * 60,
            "<b>tag</b>\n",
            "🙂👩‍🔬 ",
            "e\u0301\u0301",
            "\u00ad",
            "\x0b",
            "\u2028",
            "中文混合 English。\n",
        ),
    ]
)


@settings(max_examples=150, deadline=None)
@given(
    parts=st.lists(PARTS | st.text(max_size=40), max_size=60),
    media_type=st.sampled_from(["text/markdown", "text/plain", "text/csv", "application/pdf"]),
    max_tokens=st.integers(MIN_TOKENS, 300),
    overlap=st.sampled_from([0, 0, 20, 60]),
)
def test_every_word_is_in_a_passage_and_no_passage_is_too_long(
    parts: list[str], media_type: str, max_tokens: int, overlap: int
) -> None:
    text = "".join(parts).encode("utf-8", "replace").decode()
    # A front matter would be left out, and that is another test.
    text = text.lstrip("-")
    chunks = cut(text, media_type=media_type, max_tokens=max_tokens, overlap=overlap)
    covered = [False] * len(text)
    for chunk in chunks:
        covered[chunk.start : chunk.end] = [True] * (chunk.end - chunk.start)
    assert all(seen or not character.isalnum() for seen, character in zip(covered, text, strict=True))
    assert [chunk.start for chunk in chunks] == sorted({chunk.start for chunk in chunks})
    if not overlap:
        assert all(one.end <= two.start for one, two in zip(chunks, chunks[1:], strict=False))
