"""Batches by a provider's batch API, with an API of this process that counts what is handed in."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncGenerator, Mapping
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path

import pytest

from answerable.answering.batches.journal import open_journal
from answerable.answering.batches.ledger import open_ledger
from answerable.answering.batches.provider import ProviderBatch
from answerable.answering.batches.rows import count_rows, read_rows
from answerable.answering.batches.service import BatchService, Plan
from answerable.answering.batches.types import Tally
from answerable.answering.types import Answer, RunRequest
from answerable.apps.content import InputField
from answerable.core.errors import InvalidFields, InvalidInput, Unavailable, UpstreamFailed
from answerable.llm.providers.types import BatchJob
from answerable.llm.types import ChatRequest, ChatResult, Message
from tests.fakes.clock import FixedClock
from tests.integration.answering.batches.test_batches import to_answer

FIELDS = {"text": InputField()}


@dataclass
class Provider:
    """A batch API whose jobs end at the second look; says every text in capitals, and nothing to `silence`."""

    name: str = "claude:one"
    max_requests: int = 4
    jobs: dict[str, Mapping[str, ChatRequest]] = field(default_factory=dict)
    looks: int = 0
    failing_looks: int = 0
    breaks_after: int | None = None
    looked: asyncio.Event = field(default_factory=asyncio.Event)

    async def submit(
        self, requests: Mapping[str, ChatRequest]
    ) -> AsyncGenerator[tuple[BatchJob, list[str]], None]:
        if self.breaks_after == len(self.jobs):
            raise Unavailable("down")
        job = BatchJob(f"job-{len(self.jobs)}", self.name, ended=False, handle="{}")
        self.jobs[job.id] = requests
        yield job, list(requests)

    async def check(self, job: BatchJob) -> BatchJob:
        self.looks += 1
        self.looked.set()
        if self.looks <= self.failing_looks:
            raise Unavailable("down")
        return replace(job, ended=self.looks % 2 == 0)

    async def collect(self, job: BatchJob) -> Collected:
        return Collected(self.jobs[job.id])


@dataclass
class Collected:
    requests: Mapping[str, ChatRequest]

    def read(self, id: str, request: ChatRequest) -> ChatResult:
        assert self.requests[id] == request, "it is read with the request that was handed in"
        text = request.messages[0].content
        if text == "silence":
            raise UpstreamFailed("no answer")
        return ChatResult(text.upper(), "claude:one")


class Bench:
    """A folder with rows, a provider, and an app that answers in small letters when it is asked live."""

    def __init__(self, folder: Path, *texts: str, **provider: int) -> None:
        self.folder = folder
        self.provider = Provider(**provider)  # type: ignore[arg-type]
        self.live: list[str] = []
        rows = "".join(json.dumps({"text": text} if text else {}) + "\n" for text in texts)
        (folder / "rows.jsonl").write_text(rows)

    async def build(self, request: RunRequest) -> ChatRequest:
        if "text" not in request.input:
            raise InvalidFields("The input does not fit", [])
        return ChatRequest((Message("user", request.input["text"]),))

    async def answer(self, request: RunRequest) -> Answer:
        if request.answered is not None:
            assert request.fresh, "no cached answer in the place of a paid one"
            return to_answer(request.answered.text)
        await self.build(request)
        self.live.append(request.input["text"])
        return to_answer(request.input["text"])

    async def run(self, *, retry_failed: bool = False) -> Tally:
        rows = self.folder / "rows.jsonl"
        plan = Plan(RunRequest(app="a"), FIELDS, self.folder, lambda answer: {"output": answer.answer})
        batch = ProviderBatch(
            service=BatchService(self.answer, clock=FixedClock()),
            api=self.provider,
            build=self.build,
            plan=plan,
            rows=partial(read_rows, rows, FIELDS),
            longest_wait=0.001,
            say=lambda words: None,
        )
        files = [self.folder / name for name in ("out.jsonl", "failures.jsonl", "jobs.jsonl")]
        with open_journal(*files[:2], retry_failed=retry_failed) as journal, open_ledger(files[2]) as ledger:
            tally = Tally(count_rows(rows), journal.settled, journal.failed)
            await batch.run(journal, ledger, tally)
            return tally

    def answers(self) -> dict[int, str]:
        lines = (self.folder / "out.jsonl").read_text().splitlines()
        return {entry["line"]: entry["output"] for entry in map(json.loads, lines)}


async def test_rows_are_handed_in_by_the_job_and_answered_from_it(tmp_path: Path) -> None:
    bench = Bench(tmp_path, "a", "b", "c", "d", "e")
    tally = await bench.run()

    assert [len(requests) for requests in bench.provider.jobs.values()] == [4, 1]
    assert bench.answers() == {1: "A", 2: "B", 3: "C", 4: "D", 5: "E"}
    assert bench.live == []
    assert tally.answered == 5


async def test_what_the_provider_leaves_is_asked_live_and_what_is_no_row_fails(tmp_path: Path) -> None:
    bench = Bench(tmp_path, "a", "silence", "")
    tally = await bench.run()

    assert bench.answers() == {1: "A", 2: "silence"}
    assert bench.live == ["silence"]
    assert (tally.answered, tally.failed) == (2, 1)


async def test_a_stopped_batch_does_not_hand_in_twice(tmp_path: Path) -> None:
    bench = Bench(tmp_path, "a", "b", "c", "d", "e", "f", breaks_after=1)
    with pytest.raises(Unavailable):
        await bench.run()
    assert len(bench.provider.jobs) == 1

    bench.provider.breaks_after = None
    await bench.run()

    handed_in = [id_ for requests in bench.provider.jobs.values() for id_ in requests]
    assert len(handed_in) == len(set(handed_in)) == 6
    assert len(bench.answers()) == 6
    assert (await bench.run()).answered == 0


async def test_a_process_that_ends_while_it_waits_leaves_the_job_to_the_next(tmp_path: Path) -> None:
    bench = Bench(tmp_path, "a", "b", failing_looks=3)
    waiting = asyncio.create_task(bench.run())
    await bench.provider.looked.wait()
    waiting.cancel()
    await asyncio.gather(waiting, return_exceptions=True)

    await bench.run()

    assert len(bench.provider.jobs) == 1
    assert bench.answers() == {1: "A", 2: "B"}


async def test_a_provider_that_cannot_be_asked_ends_the_wait_after_some_looks(tmp_path: Path) -> None:
    bench = Bench(tmp_path, "a", failing_looks=100)
    with pytest.raises(Unavailable):
        await bench.run()
    assert bench.provider.looks == 5


async def test_failed_rows_are_retried_live(tmp_path: Path) -> None:
    bench = Bench(tmp_path, "silence")
    answer = bench.answer

    async def fail(request: RunRequest) -> Answer:
        raise UpstreamFailed("down")

    bench.answer = fail  # type: ignore[method-assign]
    assert (await bench.run()).failed == 1
    bench.answer = answer  # type: ignore[method-assign]
    assert (await bench.run(retry_failed=True)).answered == 1


async def test_a_ledger_that_is_none_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "jobs.jsonl").write_text("my jobs\n")
    with pytest.raises(InvalidInput, match="no batch wrote"):
        await Bench(tmp_path, "a").run()
