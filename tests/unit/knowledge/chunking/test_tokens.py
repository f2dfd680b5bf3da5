"""Token counts against the tokenizer that they stand for."""

from __future__ import annotations

import pytest
from tokenizers import Tokenizer

from answerable.knowledge.chunking.tokens import TokenCounter
from answerable.llm.minilm.model import TOKENIZER_PATH


@pytest.mark.parametrize(
    "text",
    [
        "",
        " \n\t ",
        "The lighthouse of Skagen was lit on 1 November 1858.",
        "def run(self, *, limit: int = 10) -> dict[str, Any]:\n    return {**self.state}",
        "Größenordnung, naïve façade — “quoted” … it's 3.5 µm² & 50 %",
        "图书馆在河边。 The library is 3 km away.",
        "| a | b |\n| --- | --- |\n| 1 | 2 |",
        "https://example.com/path/to?query=1&other=two#fragment",
        "Ελληνικά русский язык עברית العربية हिन्दी",
    ],
)
def test_counts_are_those_of_the_tokenizer(text: str) -> None:
    tokenizer = Tokenizer.from_file(str(TOKENIZER_PATH))
    expected = len(tokenizer.encode(text, add_special_tokens=False))
    counter = TokenCounter.load()
    spaces = 1 if text.isspace() else 0  # a piece of spaces only counts, so that spaces are bounded too
    assert counter.count(text) == expected + spaces
    assert counter.measure(text).count(0, len(text)) == expected + spaces


def test_stretches_add_up_and_limits_fit() -> None:
    text = "The oil of turbine 7 is changed every twelve months.\n" * 30
    tokens = TokenCounter.load().measure(text)
    for middle in (text.index("turbine"), text.index("changed"), text.index("\n") + 1):
        assert tokens.count(0, middle) + tokens.count(middle, len(text)) == tokens.count(0, len(text))
    for room in (1, 10, 57):
        limit = tokens.find_limit(0, room)
        assert tokens.count(0, limit) <= room < tokens.count(0, min(limit + 20, len(text)))
