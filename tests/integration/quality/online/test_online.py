"""Sampled runs are scored once, whatever dies meanwhile, within the cap, and no judge is judged."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import psycopg
import pytest_asyncio
from prometheus_client import CollectorRegistry

from answerable.access.audit.service import AuditLog
from answerable.apps.files.loader import load_apps
from answerable.apps.service import AppService
from answerable.core.errors import UpstreamFailed
from answerable.db.database import Database
from answerable.evaluation.judging.apps import JudgeApps
from answerable.evaluation.judging.types import Judgement
from answerable.feedback.service import FeedbackService
from answerable.knowledge.index.service import IndexService
from answerable.knowledge.service import KnowledgeService
from answerable.monitoring.metrics.counters import make_counter
from answerable.monitoring.metrics.definitions import EVALUATIONS
from answerable.quality.online.caps import DailyCaps
from answerable.quality.online.evaluators.registry import Evaluators
from answerable.quality.online.judged import JudgedRuns
from answerable.quality.online.sampling import Sampler, is_sampled
from answerable.quality.online.scoring import TaskScorer
from answerable.quality.online.service import OnlineEvaluation
from answerable.quality.online.types import Rule, Spent
from answerable.traces.service import TraceService
from answerable.traces.types import Trace
from tests.fakes.apps import write_app
from tests.fakes.clock import ShiftedClock
from tests.fakes.runs import make_run
from tests.fakes.waiting import wait_until

MODEL = "fake:fake-1"


@dataclass
class Judge:
    """Answers as it is told to, and remembers what it was asked."""

    data: Any = field(default_factory=lambda: {"score": 0.5, "reason": "It is polite."})
    cost_usd: Decimal | None = Decimal("0.01")
    error: Exception | None = None
    gate: asyncio.Event = field(default_factory=asyncio.Event)
    asked: list[tuple[str, Mapping[str, Any]]] = field(default_factory=list)
    trace_ids: list[str] = field(default_factory=list)

    async def __call__(
        self, app: str, input: Mapping[str, Any], trace_id: str, *, about: str | None = None
    ) -> Judgement:
        self.asked.append((app, input))
        self.trace_ids.append(trace_id)
        await self.gate.wait()
        if self.error is not None:
            raise self.error
        return Judgement(self.data, self.cost_usd, "main@feedfeedfeed")

    async def wait_until_asked(self, times: int) -> None:
        async def is_asked() -> bool:
            return len(self.asked) >= times

        await wait_until(is_asked)


@dataclass
class Bench:
    """Online evaluation over a database, with its traces and its judge."""

    database: Database
    clock: ShiftedClock
    traces: TraceService
    feedback: FeedbackService
    online: OnlineEvaluation
    judge: Judge

    async def record(self, *runs: Trace) -> None:
        for run in runs:
            self.traces.record(run)
        await self.traces.flush()

    async def work(self) -> None:
        """Do everything that is due."""
        while await self.online.work(judged=False, limit=100) + await self.online.work(judged=True, limit=1):
            pass

    async def scores(self, run: Trace) -> dict[str, float | None]:
        return {score.name: score.value for score in await self.feedback.list_scores(run.id)}

    async def today(self, evaluator: str) -> Spent:
        status = await self.online.get_status()
        return status.rules[0].today.get(evaluator, Spent())


@pytest_asyncio.fixture
async def apps(database: Database, tmp_path: Path) -> AppService:
    """The app `tone`, which judges."""
    (tmp_path / "prompts").mkdir()
    (tmp_path / "prompts" / "tone.md").write_text("Judge {{ answer }}, the answer to {{ question }}.")
    write_app(
        tmp_path,
        "tone",
        kind="prompt",
        prompt="prompts/tone.md",
        input={"question": "string", "answer": "string"},
        output={
            "schema": {"type": "object", "properties": {"score": {"type": "number"}}, "required": ["score"]}
        },
    )
    loaded = load_apps(tmp_path, default_model=MODEL)
    assert not loaded.errors, loaded.errors
    clock = ShiftedClock()
    apps = AppService(database, default_app="tone", clock=clock, audit=AuditLog(database))
    await apps.apply(loaded.apps, by="test")
    return apps


@asynccontextmanager
async def bench(
    database: Database, apps: AppService, *rules: Rule, judge: Judge | None = None
) -> AsyncIterator[Bench]:
    clock = ShiftedClock()
    if judge is None:
        judge = Judge()
        judge.gate.set()
    traces = TraceService(database, on_written=Sampler(rules).enqueue)
    knowledge = KnowledgeService(database, IndexService(database), audit=AuditLog(database))
    feedback = FeedbackService(database)
    scorer = TaskScorer(
        database,
        rules={rule.name: rule for rule in rules},
        evaluators=Evaluators(ask=judge, find=JudgeApps(apps, default_model=MODEL).find, knowledge=knowledge),
        traces=traces,
        feedback=feedback,
        caps=DailyCaps(database, clock=clock),
        outcomes=make_counter(CollectorRegistry(), EVALUATIONS),
        clock=clock,
    )
    online = OnlineEvaluation(database, rules, scorer, traces=traces, clock=clock)
    async with traces.written():
        yield Bench(database, clock, traces, feedback, online, judge)


def run_now(**changes: Any) -> Trace:
    return make_run(started_at=ShiftedClock().now(), **{"output": "It is blue.", **changes})


def rule(*evaluators: str, share: float = 1.0, app: str | None = None, cap: str | None = None) -> Rule:
    return Rule("quality", app, share, evaluators, None if cap is None else Decimal(cap))


async def test_code_and_a_judge_score_the_same_run(database: Database, apps: AppService) -> None:
    async with bench(database, apps, rule("latency", "supported_share", "judge:tone")) as it:
        run = run_now(verdicts={"supported": 1, "unsupported": 1})
        await it.record(run)
        await it.work()
        assert await it.scores(run) == {"latency": 1000.0, "supported_share": 0.5, "tone": 0.5}
        assert it.judge.asked == [("tone", {"question": "Why?", "answer": "It is blue."})]
        judged = next(score for score in await it.feedback.list_scores(run.id) if score.name == "tone")
        assert (judged.source, judged.evaluator, judged.evaluator_version) == (
            "judge", "judge:tone", "main@feedfeedfeed"
        )  # fmt: skip
        assert (judged.text, judged.span_id) == ("It is polite.", run.span_id)
        assert await it.today("judge:tone") == Spent(scored=1, usd=Decimal("0.01"))
        await it.work()
        assert len(it.judge.asked) == 1


async def test_only_the_chosen_share_of_the_apps_good_answers_to_users(
    database: Database, apps: AppService
) -> None:
    async with bench(database, apps, rule("latency", share=0.5, app="ask")) as it:
        runs = [run_now() for _ in range(200)]
        others = [
            run_now(app="other"), run_now(purpose="judge"), run_now(purpose="eval"), run_now(purpose="trial"),
            run_now(status="error", error_code="x"), run_now(status="cancelled"),
        ]  # fmt: skip
        await it.record(*runs, *others)
        await it.work()
        scored = [run.id for run in runs if await it.scores(run)]
        assert scored == [run.id for run in runs if is_sampled("quality", run.id, 0.5)]
        assert [await it.scores(run) for run in others] == [{}] * 6


async def test_a_judge_is_asked_no_more_when_the_cap_is_reached(database: Database, apps: AppService) -> None:
    async with bench(database, apps, rule("latency", "judge:tone", cap="0.03")) as it:
        runs = [run_now() for _ in range(6)]
        await it.record(*runs)
        await it.work()
        assert len(it.judge.asked) == 3
        assert await it.today("judge:tone") == Spent(scored=3, skipped=3, usd=Decimal("0.03"))
        assert (await it.today("latency")).scored == 6
        it.clock.advance(86_400)
        late = run_now()
        await it.record(late)
        async with database.transaction() as tx:
            await tx.execute("UPDATE online_task SET created_at = now() + interval '1 day'")
        await it.work()
        assert len(it.judge.asked) == 4


async def test_a_judge_of_unknown_price_is_not_asked_twice_under_a_cap(
    database: Database, apps: AppService
) -> None:
    judge = Judge(cost_usd=None)
    judge.gate.set()
    async with bench(database, apps, rule("judge:tone", cap="1"), judge=judge) as it:
        await it.record(*[run_now() for _ in range(4)])
        await it.work()
        assert len(judge.asked) == 1
        assert await it.today("judge:tone") == Spent(scored=1, skipped=3, unpriced=1)


async def test_a_judge_that_gives_no_score_is_a_recorded_failure_that_was_paid_for(
    database: Database, apps: AppService
) -> None:
    async with bench(database, apps, rule("judge:tone")) as it:
        runs = []
        for data in (None, "good", {"score": "good"}, {"score": True}, {"score": float("nan")}, [0.5]):
            it.judge.data = data
            runs.append(run_now())
            await it.record(runs[-1])
            await it.work()
        assert [await it.scores(run) for run in runs] == [{}] * 6
        assert await it.today("judge:tone") == Spent(failed=6, usd=Decimal("0.06"))
        failures = (await it.online.get_status()).failures
        assert {(failure.trace_id, failure.evaluator) for failure in failures} == {
            (run.id, "judge:tone") for run in runs
        }
        assert all(failure.error.startswith("bad_judgement: ") for failure in failures)


async def test_a_crash_of_one_evaluator_is_noted_without_what_was_scored(
    database: Database, apps: AppService
) -> None:
    judge = Judge(error=ValueError("could not convert 'my secret'"))
    judge.gate.set()
    async with bench(database, apps, rule("judge:tone", "latency"), judge=judge) as it:
        runs = [run_now(), run_now()]
        await it.record(*runs)
        await it.work()
        assert [await it.scores(run) for run in runs] == [{"latency": 1000.0}] * 2
        assert {failure.error for failure in (await it.online.get_status()).failures} == {"ValueError"}


async def test_a_judge_that_is_away_is_asked_again_later(database: Database, apps: AppService) -> None:
    judge = Judge(error=UpstreamFailed("It is down."))
    judge.gate.set()
    async with bench(database, apps, rule("judge:tone"), judge=judge) as it:
        run = run_now()
        await it.record(run)
        await it.work()
        await it.work()
        assert (len(judge.asked), (await it.online.get_status()).rules[0].waiting) == (1, 1)
        it.clock.advance(31)
        judge.error = None
        await it.work()
        assert await it.scores(run) == {"tone": 0.5}
        judge.error = UpstreamFailed("It is down.")
        await it.record(run_now())
        for _ in range(6):
            await it.work()
            it.clock.advance(3600)
        assert [failure.error for failure in (await it.online.get_status()).failures] == [
            "upstream_failed: It is down."
        ]


async def test_what_a_killed_server_had_begun_is_done_by_another(
    database: Database, apps: AppService
) -> None:
    stuck = Judge()
    async with bench(database, apps, rule("judge:tone"), judge=stuck) as first:
        run = run_now()
        await first.record(run)
        working = asyncio.create_task(first.online.work(judged=True, limit=1))
        await stuck.wait_until_asked(1)
        working.cancel()
        await asyncio.gather(working, return_exceptions=True)
    async with bench(database, apps, rule("judge:tone")) as second:
        assert await second.online.work(judged=True, limit=1) == 0  # it may still be at it
        second.clock.advance(301)
        await second.work()
        assert await second.scores(run) == {"tone": 0.5}
        assert await second.today("judge:tone") == Spent(scored=1, usd=Decimal("0.01"))


async def test_two_servers_share_the_work(database: Database, apps: AppService) -> None:
    async with (
        bench(database, apps, rule("judge:tone")) as one,
        bench(database, apps, rule("judge:tone")) as two,
    ):
        runs = [run_now() for _ in range(10)]
        await one.record(*runs)
        await asyncio.gather(one.work(), two.work())
        assert len(one.judge.asked) + len(two.judge.asked) == 10
        assert await one.today("judge:tone") == Spent(scored=10, usd=Decimal("0.10"))


async def test_what_is_erased_leaves_no_judgement(
    database: Database, apps: AppService, conninfo: str
) -> None:
    stuck = Judge()
    async with bench(database, apps, rule("judge:tone"), judge=stuck) as it:
        done, running = run_now(user="ada"), run_now(user="ada")
        await it.record(done)
        stuck.gate.set()
        await it.work()
        stuck.gate.clear()
        await it.record(running)
        working = asyncio.create_task(it.online.work(judged=True, limit=1))
        await stuck.wait_until_asked(2)
        await it.record(*[run_now(id=id, purpose="judge", app="tone") for id in stuck.trace_ids])
        async with database.transaction() as tx:
            erased = await it.traces.erase_user(tx, "ada")
            assert await it.online.delete_of_traces(tx, erased) == 2
        stuck.gate.set()
        await working
        assert await it.scores(running) == {}
    with psycopg.connect(conninfo) as connection:
        assert connection.execute("SELECT count(*) FROM trace").fetchone() == (0,)


async def test_a_judge_that_an_evaluation_asked_is_erased_with_what_it_judged(
    database: Database, apps: AppService, conninfo: str
) -> None:
    async with bench(database, apps) as it:
        run, judgement = run_now(purpose="eval", user="ada"), run_now(purpose="judge", app="tone")
        await JudgedRuns(database).note(run.id, judge_trace_id=judgement.id)
        await it.record(run, judgement)
        async with database.transaction() as tx:
            erased = await it.traces.erase_user(tx, "ada")
            assert await it.online.delete_of_traces(tx, erased) == 1
    with psycopg.connect(conninfo) as connection:
        assert connection.execute("SELECT count(*) FROM trace").fetchone() == (0,)


async def test_a_judge_that_abstains_leaves_no_score_and_is_paid(
    database: Database, apps: AppService
) -> None:
    judge = Judge(data={"score": 0.5, "abstain": True, "reason": "It cannot be told."})
    judge.gate.set()
    async with bench(database, apps, rule("judge:tone"), judge=judge) as it:
        run = run_now()
        await it.record(run)
        await it.work()
        assert await it.scores(run) == {}
        assert await it.today("judge:tone") == Spent(skipped=1, usd=Decimal("0.01"))


async def test_a_rule_that_is_gone_takes_its_tasks_along(database: Database, apps: AppService) -> None:
    async with bench(database, apps, rule("latency")) as before:
        run = run_now()
        await before.record(run)
    async with bench(database, apps) as after:
        await after.work()
        assert await after.scores(run) == {}
    async with bench(database, apps, rule("latency")) as again:
        await again.work()
        assert await again.scores(run) == {}


async def test_who_cannot_keep_up_does_not_fall_behind_for_ever(database: Database, apps: AppService) -> None:
    async with bench(database, apps, rule("latency")) as it:
        await it.record(run_now())
        it.clock.advance(timedelta(days=1, minutes=1).total_seconds())
        await it.work()
        assert await it.today("latency") == Spent(skipped=1)


async def test_it_runs_in_the_background_and_outlives_a_lost_database(
    database: Database, apps: AppService, conninfo: str
) -> None:
    rules: Sequence[Rule] = [rule("latency", "judge:tone")]
    async with bench(database, apps, *rules) as it:
        running = asyncio.create_task(it.online.run())
        try:
            with psycopg.connect(conninfo, autocommit=True) as admin:
                admin.execute(
                    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                    " WHERE datname = current_database() AND pid <> pg_backend_pid()"
                )
            run = run_now()
            it.traces.record(run)

            async def is_scored() -> bool:
                return await it.scores(run) == {"latency": 1000.0, "tone": 0.5}

            await wait_until(is_scored)
        finally:
            running.cancel()
            await asyncio.gather(running, return_exceptions=True)
