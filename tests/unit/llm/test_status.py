from __future__ import annotations

from answerable.core.clock import SystemClock
from answerable.llm.status import ModelRecord


def make(seconds: range, *, streamed: bool) -> ModelRecord:
    record = ModelRecord(SystemClock())
    for second in seconds:
        record.note_success(first_token=float(second), total=second + 0.5, streamed=streamed)
    return record


def test_the_usual_wait_is_what_95_of_100_did_not_exceed() -> None:
    record = make(range(1, 101), streamed=True)

    assert record.find_usual_wait(streamed=True, least=20) == 95.0


def test_there_is_none_before_enough_were_timed_and_the_two_ways_to_ask_are_told_apart() -> None:
    record = make(range(1, 20), streamed=True)
    assert record.find_usual_wait(streamed=True, least=20) is None
    assert record.find_usual_wait(streamed=False, least=1) is None


def test_only_the_last_answers_count() -> None:
    record = make(range(1, 1001), streamed=True)

    assert record.find_usual_wait(streamed=True, least=20) == 988.0
    status = record.describe("p:m")
    assert (status.first_token.p50_ms, status.total.p50_ms) == (872_000.0, 872_500.0)


def test_before_the_first_answer_nothing_is_claimed() -> None:
    status = ModelRecord(SystemClock()).describe("p:m")

    assert (status.first_token.p50_ms, status.total.p95_ms, status.error_rate) == (None, None, None)


def test_what_has_answered_is_counted_by_name_and_fingerprint() -> None:
    record = ModelRecord(SystemClock())
    for model, fingerprint in (("m-1", "fp-1"), ("m-1", None), ("m-1", "fp-1"), (None, None)):
        record.note_served(model, fingerprint)
    served = record.describe("p:m").served
    assert [(one.model, one.fingerprint, one.answers) for one in served] == [
        ("m-1", "", 1),
        ("m-1", "fp-1", 2),
        ("", "", 1),
    ]


def test_a_provider_with_a_fingerprint_for_every_answer_fills_no_memory() -> None:
    record = ModelRecord(SystemClock())
    for number in range(1000):
        record.note_served("m-1", f"fp-{number}")
    served = record.describe("p:m").served
    assert (len(served), served[-1].fingerprint) == (64, "fp-999")
