"""Answers in memory: bounded, and gone when their time is over."""

from __future__ import annotations

from answerable.answering.caching.memory import AnswerMemory, measure
from tests.fakes.answers import make_answer


def test_the_answer_used_least_recently_goes_first() -> None:
    size = measure(make_answer())
    memory = AnswerMemory(max_bytes=10 * size)
    for number in range(10):
        memory.put(bytes([number]), make_answer(), 100.0)
    assert memory.find(bytes([0]), 1.0) is not None
    memory.put(bytes([10]), make_answer(), 100.0)
    assert memory.find(bytes([0]), 1.0) is not None
    assert memory.find(bytes([1]), 1.0) is None
    assert (len(memory), memory.used_bytes) == (10, 10 * size)


def test_an_answer_expires() -> None:
    memory = AnswerMemory(max_bytes=1 << 20)
    memory.put(b"k", make_answer(), 100.0)
    assert memory.find(b"k", 99.9) is not None
    assert memory.find(b"k", 100.0) is None
    assert (len(memory), memory.used_bytes) == (0, 0)


def test_a_huge_answer_does_not_push_all_others_out() -> None:
    memory = AnswerMemory(max_bytes=100_000)
    memory.put(b"small", make_answer(), 100.0)
    memory.put(b"huge", make_answer("x" * 50_000), 100.0)
    assert memory.find(b"small", 1.0) is not None
    assert memory.find(b"huge", 1.0) is None
