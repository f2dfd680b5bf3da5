"""Batches over files: every row settled once, whatever stops the run."""

from __future__ import annotations

import asyncio
import json
from collections import Counter
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from answerable.answering.batches.journal import open_journal
from answerable.answering.batches.rows import MAX_LINE_BYTES, count_rows, read_rows
from answerable.answering.batches.service import BatchService, Plan
from answerable.answering.batches.types import Tally
from answerable.answering.calls import Bill
from answerable.answering.prompting.outputs import OutputInvalid
from answerable.answering.types import Answer, RunRequest
from answerable.apps.content import InputField
from answerable.core.clock import Clock
from answerable.core.errors import Conflict, InvalidInput, RateLimited, Unavailable, UpstreamFailed
from answerable.llm.types import Attempt
from tests.fakes.clock import FixedClock

FIELDS = {"text": InputField(), "photo": InputField(type="image", required=False)}


def to_answer(text: str) -> Answer:
    return Answer(
        answer=text,
        sources=(),
        citations=(),
        tokens_used=2,
        cost_usd=Decimal("0.5"),
        trace_id="0" * 32,
        app="echo",
        variant="main",
        model="m",
    )


class Echo:
    """Answers each row with its text, after a turn of the loop, the first `together` when all of them are there."""

    def __init__(
        self,
        spoil: Callable[[RunRequest], None] = lambda request: None,
        *,
        together: int = 0,
    ) -> None:
        self.asked: list[Any] = []
        self.at_once = 0
        self.most_at_once = 0
        self._spoil = spoil
        self._together = together
        self._all_there = asyncio.Event()

    async def __call__(self, request: RunRequest) -> Answer:
        self.asked.append(request.input["text"])
        self.at_once += 1
        self.most_at_once = max(self.most_at_once, self.at_once)
        try:
            if self.at_once >= self._together:
                self._all_there.set()
            await self._all_there.wait()
            await asyncio.sleep(0)
            self._spoil(request)
        finally:
            self.at_once -= 1
        return to_answer(str(request.input["text"]))


class Files:
    """The rows and what a batch makes of them."""

    def __init__(self, folder: Path) -> None:
        self.rows = folder / "rows.jsonl"
        self.out = folder / "out" / "out.jsonl"
        self.failures = folder / "out" / "failures.jsonl"

    def write_rows(self, *rows: object) -> None:
        lines = [row if isinstance(row, str) else json.dumps(row) for row in rows]
        self.rows.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")

    async def run(
        self, run: Echo, *, retry_failed: bool = False, concurrency: int = 4, clock: Clock | None = None
    ) -> Tally:
        plan = Plan(
            request=RunRequest(app="echo"),
            fields=FIELDS,
            folder=self.rows.parent,
            render=lambda answer: {"output": answer.answer},
            concurrency=concurrency,
        )
        with open_journal(self.out, self.failures, retry_failed=retry_failed) as journal:
            tally = Tally(count_rows(self.rows), journal.settled, journal.failed)
            service = BatchService(run, clock=clock or FixedClock())
            await service.run(plan, read_rows(self.rows, FIELDS), journal, tally)
            return tally

    def answers(self) -> dict[Any, str]:
        return {entry["id"]: entry["output"] for entry in _read(self.out)}

    def codes(self) -> dict[Any, str]:
        return {entry["id"]: entry["code"] for entry in _read(self.failures)}

    def count_lines(self) -> Counter[int]:
        return Counter(entry["line"] for path in (self.out, self.failures) for entry in _read(path))


def _read(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


@pytest.fixture
def files(tmp_path: Path) -> Files:
    return Files(tmp_path)


async def test_every_row_is_answered_under_its_id_or_line(files: Files) -> None:
    files.write_rows({"id": "a", "text": "one"}, "", {"text": "two"}, {"id": 9, "text": "drei"})
    echo = Echo()

    tally = await files.run(echo)

    assert files.answers() == {"a": "one", 3: "two", 9: "drei"}
    assert (tally.total, tally.answered, tally.failed, tally.cost_usd) == (3, 3, 0, Decimal("1.5"))
    assert files.failures.read_text() == ""


async def test_a_bad_line_is_a_failure_and_not_the_end(files: Files) -> None:
    files.write_rows("{not json", "[1]", {"text": "fine"}, {"text": "x", "photo": "nowhere.png"}, "[" * 5000)

    await files.run(Echo())

    assert files.answers() == {3: "fine"}
    assert files.codes() == {1: "bad_row", 2: "bad_row", 4: "invalid_input", 5: "bad_row"}


async def test_a_line_over_the_bound_is_a_failure_and_the_next_one_is_read(files: Files) -> None:
    with files.rows.open("wb") as rows:
        for part in (b'{"text": "', b"x" * (2 * MAX_LINE_BYTES + 10), b'"}\n{"text": "two"}'):
            rows.write(part)

    await files.run(Echo())

    assert files.answers() == {2: "two"}
    assert files.codes() == {1: "too_large"}


async def test_files_of_a_row_are_read_beside_the_rows(files: Files) -> None:
    (files.rows.parent / "a.png").write_bytes(b"png")
    files.write_rows({"text": "x", "photo": "a.png"}, {"text": "y", "photo": "https://example.com/b.png"})
    seen: list[Any] = []

    await files.run(Echo(lambda request: seen.append(request.input["photo"])))

    assert sorted(seen, key=str) == [b"png", "https://example.com/b.png"]


async def test_a_failing_row_is_written_down_with_its_reason(files: Files) -> None:
    def spoil(request: RunRequest) -> None:
        if request.input["text"] == "bad":
            raise UpstreamFailed("The provider answered 500.", hint="Try later.")
        if request.input["text"] == "ugly":
            raise KeyError("a bug")

    files.write_rows({"text": "good"}, {"text": "bad"}, {"text": "ugly"})
    tally = await files.run(Echo(spoil))

    assert (tally.answered, tally.failed) == (1, 2)
    assert files.codes() == {2: "upstream_failed", 3: "internal"}
    (bad,) = [entry for entry in _read(files.failures) if entry["line"] == 2]
    assert (bad["detail"], bad["hint"]) == ("The provider answered 500.", "Try later.")


async def test_what_failed_rows_cost_is_counted_and_never_taken_for_nothing(files: Files) -> None:
    def spoil(request: RunRequest) -> None:
        if request.input["text"] == "never valid":
            bill = Bill(cost_usd=Decimal("0.25"))
            raise OutputInvalid("The answer does not fit", [], bill=bill, hint="Try another model.")
        if request.input["text"] == "broken off":
            error = UpstreamFailed("The provider answered 500.")
            error.attempts = (Attempt("m", 0.0, 1.0, "upstream_failed"),)
            raise error
        if request.input["text"] == "refused":
            raise InvalidInput("It is too long.")

    files.write_rows(*({"text": text} for text in ("good", "never valid", "broken off", "refused")))
    tally = await files.run(Echo(spoil))

    assert (tally.answered, tally.failed) == (1, 3)
    assert (tally.cost_usd, tally.unpriced) == (Decimal("0.75"), 1)


async def test_the_second_run_does_what_the_first_left(files: Files) -> None:
    files.write_rows(*({"text": str(number)} for number in range(20)))
    stop = asyncio.Event()

    def spoil(request: RunRequest) -> None:
        if request.input["text"] == "7":
            stop.set()

    first = asyncio.create_task(files.run(Echo(spoil)))
    await stop.wait()
    first.cancel()
    await asyncio.gather(first, return_exceptions=True)
    done = len(_read(files.out))
    assert 0 < done < 20

    echo = Echo()
    tally = await files.run(echo)

    assert len(echo.asked) == 20 - done
    assert (tally.earlier, tally.answered, tally.settled) == (done, 20 - done, 20)
    assert files.count_lines() == Counter(range(1, 21))


async def test_a_torn_last_line_is_cut_off_and_its_row_run_again(files: Files) -> None:
    files.write_rows({"text": "one"}, {"text": "two"})
    await files.run(Echo())
    whole = files.out.read_bytes()
    files.out.write_bytes(whole[:-7])

    echo = Echo()
    await files.run(echo)

    assert echo.asked == ["two"]
    assert files.out.read_bytes() == whole


async def test_failed_rows_stay_failed_until_they_are_retried(files: Files) -> None:
    def spoil(request: RunRequest) -> None:
        raise UpstreamFailed("down")

    files.write_rows({"text": "one"}, {"text": "two"})
    await files.run(Echo(spoil))
    again = Echo()
    await files.run(again)
    assert again.asked == []

    await files.run(again, retry_failed=True)

    assert sorted(again.asked) == ["one", "two"]
    assert files.failures.read_text() == ""
    assert files.count_lines() == Counter([1, 2])


async def test_a_changed_row_is_not_taken_for_the_old_one(files: Files) -> None:
    files.write_rows({"text": "one"})
    await files.run(Echo())
    files.write_rows({"text": "other"})

    with pytest.raises(InvalidInput, match="Line 1 of the rows has changed"):
        await files.run(Echo())


async def test_a_spent_budget_ends_the_batch_and_leaves_the_rest_for_later(files: Files) -> None:
    def spoil(request: RunRequest) -> None:
        if request.input["text"] == "5":
            raise RateLimited("The budget is spent.", retry_after=60)

    files.write_rows(*({"text": str(number)} for number in range(10)))
    with pytest.raises(RateLimited):
        await files.run(Echo(spoil), concurrency=1)

    assert len(_read(files.out)) == 5
    assert files.failures.read_text() == ""


async def test_a_provider_that_is_away_does_not_fail_every_row(files: Files) -> None:
    def spoil(request: RunRequest) -> None:
        raise UpstreamFailed("connection refused")

    files.write_rows(*({"text": str(number)} for number in range(1000)))
    with pytest.raises(Unavailable) as caught:
        await files.run(Echo(spoil))

    assert caught.value.code == "batch_stopped"
    assert 100 <= len(_read(files.failures)) < 110, "and the few that were under way"


async def test_bad_rows_between_do_not_hide_that_a_provider_is_away(files: Files) -> None:
    def spoil(request: RunRequest) -> None:
        if int(request.input["text"]) % 10 == 0:
            raise InvalidInput("This row is wrong itself.")
        raise UpstreamFailed("connection refused")

    files.write_rows(*({"text": str(number)} for number in range(1000)))
    with pytest.raises(Unavailable):
        await files.run(Echo(spoil))
    assert len(_read(files.failures)) < 130


async def test_rows_wait_for_a_model_that_is_at_rest(files: Files) -> None:
    rests = iter(range(30))

    def spoil(request: RunRequest) -> None:
        if next(rests, None) is not None:
            raise Unavailable("left alone for a while", code="circuit_open", retry_after=0.001)

    files.write_rows(*({"text": str(number)} for number in range(20)))
    tally = await files.run(Echo(spoil))
    assert (tally.answered, tally.failed) == (20, 0)


async def test_a_model_that_stays_at_rest_leaves_the_rows_for_later(files: Files) -> None:
    clock = FixedClock()

    def spoil(request: RunRequest) -> None:
        clock.advance(10)
        raise Unavailable("left alone for a while", code="circuit_open", retry_after=0.001)

    files.write_rows(*({"text": str(number)} for number in range(20)))
    with pytest.raises(Unavailable) as caught:
        await files.run(Echo(spoil), clock=clock)
    assert caught.value.code == "batch_stopped"
    assert not _read(files.failures)


async def test_no_more_rows_at_once_than_asked_for(files: Files) -> None:
    files.write_rows(*({"text": str(number)} for number in range(50)))
    echo = Echo(together=7)
    await files.run(echo, concurrency=7)
    assert echo.most_at_once == 7


async def test_two_batches_do_not_write_one_file(files: Files) -> None:
    files.write_rows({"text": "one"})
    with open_journal(files.out, files.failures), pytest.raises(Conflict):
        await files.run(Echo())


async def test_a_file_that_no_batch_wrote_is_left_alone(files: Files) -> None:
    files.write_rows({"text": "one"})
    files.out.parent.mkdir()
    files.out.write_text("my notes\n")

    with pytest.raises(InvalidInput, match="no batch wrote"):
        await files.run(Echo())
    assert files.out.read_text() == "my notes\n"


def test_rows_that_are_not_there_say_so(tmp_path: Path) -> None:
    with pytest.raises(InvalidInput, match="No such file"):
        count_rows(tmp_path / "nowhere.jsonl")
