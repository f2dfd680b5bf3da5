from __future__ import annotations

import pytest

from answerable.llm.embedders import split_batches
from answerable.llm.providers.ollama import get_url
from answerable.llm.texts import make_sendable
from answerable.llm.tokens import estimate_tokens


@pytest.mark.parametrize(
    ("text", "sent"),
    [
        ("plain", "plain"),
        ("a\0b", "ab"),
        ("ünï\0cödé", "ünïcödé"),
        ("half \ud83d", "half \ufffd"),
        ("two halves \ud83d\ude00", "two halves 😀"),
        ("مرحبا \u202e", "مرحبا \u202e"),
    ],
)
def test_only_what_cannot_be_sent_is_changed(text: str, sent: str) -> None:
    assert make_sendable(text) == sent
    sent.encode()


@pytest.mark.parametrize(
    ("text", "tokens"),
    [("", 0), ("a", 1), ("four", 1), ("fives", 2), ("naïve", 2), ("東京都", 3), ("at 東京", 3)],
)
def test_tokens_are_a_quarter_of_latin_characters_and_all_others(text: str, tokens: int) -> None:
    assert estimate_tokens(text) == tokens


def test_batches_keep_within_both_bounds_and_lose_nothing() -> None:
    texts = ["x" * 40] * 5 + ["y" * 4000] + ["z" * 4] * 3
    batches = list(split_batches(texts, max_texts=3, max_tokens=30))

    assert [text for batch in batches for text in batch] == texts
    assert [len(batch) for batch in batches] == [3, 2, 1, 3]


@pytest.mark.parametrize(
    ("host", "url"),
    [
        (None, "http://127.0.0.1:11434/v1"),
        ("gpu", "http://gpu:11434/v1"),
        ("0.0.0.0:8000", "http://127.0.0.1:8000/v1"),
        ("http://gpu:8000/", "http://gpu:8000/v1"),
        ("https://ollama.example", "https://ollama.example/v1"),
        ("http://gpu:11434/v1", "http://gpu:11434/v1"),
    ],
)
def test_an_ollama_host_becomes_an_address(host: str | None, url: str) -> None:
    assert get_url(host) == url
