"""Scores: of the same from the same there is one, and the sums always fit."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from datetime import datetime, timedelta
from uuid import UUID

from answerable.core.errors import Conflict
from answerable.db.database import Connection, Database
from answerable.feedback import rollups, store
from answerable.feedback.asked import store as asked_store
from answerable.feedback.types import Level, Score, ScorePair, ScoreSum


class FeedbackService:
    """Keeps scores and their roll-ups. What takes a `tx` is atomic with whatever else its caller does there.

    Call `add_scores` once in a transaction: two calls could wait for each other's rows with those of another one.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    async def add_score(self, tx: Connection, score: Score) -> None:
        """Write one score; see `add_scores`."""
        await self.add_scores(tx, [score])

    async def add_scores(
        self, tx: Connection, scores: Sequence[Score], *, replaced: Sequence[Score] = ()
    ) -> None:
        """Write scores, each in the place of the one with its identity, and take those that are `replaced` away.

        Some hundreds at a time: the traces are locked until the transaction ends.
        """
        latest = {score.identity: score for score in scores}
        traces = sorted({score.trace_id for score in (*scores, *replaced)})
        await self.lock(tx, traces)
        held = {score.identity: score for score in await store.list_of_traces(tx, traces)}
        away = {score.identity for score in replaced} & held.keys() - latest.keys()
        await store.delete(tx, [held[identity].id for identity in away])
        await store.upsert(tx, list(latest.values()))
        gone = [score for identity, score in held.items() if identity in away or identity in latest]
        await rollups.apply(tx, gone=gone, new=latest.values())

    async def lock(self, tx: Connection, trace_ids: Collection[str]) -> None:
        """Keep others from scoring these traces until the transaction ends."""
        await store.lock(tx, sorted(trace_ids))

    async def list_scores(self, trace_id: str) -> tuple[Score, ...]:
        """Return the scores of one trace, the oldest first."""
        async with self._database.transaction() as tx:
            return await self.list_scores_in(tx, trace_id)

    async def list_scores_in(self, tx: Connection, trace_id: str) -> tuple[Score, ...]:
        """Return the scores of one trace as a transaction sees them, the oldest first."""
        return tuple(await store.list_of_traces(tx, [trace_id]))

    async def list_scores_of(self, trace_ids: Collection[str]) -> list[Score]:
        """Return the scores of some hundred traces, the oldest first."""
        async with self._database.transaction() as tx:
            return await store.list_of_traces(tx, sorted(trace_ids))

    async def list_changed(
        self, *, since: datetime, until: datetime | None = None, settled: float, limit: int = 1_000
    ) -> list[Score]:
        """Return the scores that came or changed after `since`, up to `until`, by the database's clock, oldest first.

        Those of the last `settled` seconds are left out: others that changed before them may be committed yet. There
        are more than `limit` when several changed at the very last moment.
        """
        async with self._database.transaction() as tx:
            return await store.list_changed(tx, since=since, until=until, settled=settled, limit=limit)

    async def list_pairs(
        self,
        *,
        evaluator: str,
        version: str,
        label: str,
        since: datetime | None = None,
        until: datetime | None = None,
        limit: int = 20_000,
    ) -> list[ScorePair]:
        """Return what one version of a judge and reviewers, under a label, said of the same answers, newest first.

        `until` is exclusive; both are about when the answers were given.
        """
        async with self._database.transaction() as tx:
            return await store.list_pairs(
                tx,
                evaluator=evaluator,
                version=version,
                label=label,
                since=since,
                until=until,
                limit=limit,
            )

    async def list_judged(
        self,
        *,
        evaluator: str,
        version: str,
        app: str | None = None,
        since: datetime | None = None,
        until: datetime | None = None,
        limit: int = 100_000,
    ) -> dict[str, float]:
        """Return what one version of a judge said, by trace, of the newest answers of an app, or of any."""
        async with self._database.transaction() as tx:
            return await store.list_judged(
                tx, evaluator=evaluator, version=version, app=app, since=since, until=until, limit=limit
            )

    async def find_earlier(
        self, tx: Connection, trace_id: str, *, key_id: UUID | None, idempotency_key: str
    ) -> list[Score]:
        """Return what an earlier request with this idempotency key has left. Two with the same wait for each other.

        Raises Conflict when that request was about another trace.
        """
        await store.lock(tx, [f"{key_id}/{idempotency_key}"])
        earlier = await store.list_of_request(tx, key_id, idempotency_key)
        if any(score.trace_id != trace_id for score in earlier):
            raise Conflict(
                f"The idempotency key {idempotency_key!r} was used for the feedback on another answer.",
                hint="Use a new key for each feedback, and the same one only to send it again.",
                code="idempotency_key_reused",
            )
        return earlier

    async def sum_scores(
        self,
        level: Level,
        *,
        since: datetime,
        until: datetime,
        app: str | None = None,
        variant: str | None = None,
    ) -> list[ScoreSum]:
        """Return the sums by bucket, variant, name and source, from `since` up to, not including, `until`."""
        async with self._database.transaction() as tx:
            return await rollups.list_sums(tx, level, since=since, until=until, app=app, variant=variant)

    async def delete_of_traces(self, tx: Connection, trace_ids: Sequence[str]) -> int:
        """Delete everything kept of these traces; return how many scores that were. The sums keep counting them."""
        await asked_store.delete_of_traces(tx, trace_ids)
        return await store.delete_of_traces(tx, trace_ids)

    async def delete_of_user(self, tx: Connection, user: str) -> int:
        """Delete what a user said of any answer, and asked of late; return how many scores that were.

        The sums keep counting them.
        """
        await asked_store.delete_of_user(tx, user)
        return await store.delete_by(tx, user)

    async def delete_old(self, keep_days: Callable[[str], int], now: datetime) -> int:
        """Delete the scores of answers that an app no longer keeps (0 days: it keeps all); return how many.

        The sums stay, as coarse as those of traces.
        """
        deleted = 0
        async with self._database.transaction() as tx:
            for app in await store.list_apps(tx):
                days = keep_days(app)
                if days:
                    deleted += await store.delete_before(tx, app, now - timedelta(days=days + 1))
            await rollups.delete_old(tx, now)
        return deleted

    async def await_run(self, tx: Connection, trace_id: str, span_id: str) -> None:
        """Note that a run has scores and its trace is not written yet."""
        await store.await_run(tx, trace_id, span_id)

    async def take_awaited(self, *, limit: int = 100) -> list[tuple[str, str]]:
        """Return runs, by trace and span, that are to be looked for now; each comes again until it is forgotten."""
        async with self._database.transaction() as tx:
            return await store.take_awaited(tx, limit=limit)

    async def forget_awaited(self, tx: Connection, trace_id: str, span_id: str) -> None:
        """Look no more for this run."""
        await store.forget_awaited(tx, trace_id, span_id)

    async def give_up_awaited(self, *, hours: int) -> None:
        """Look no more for runs that have not come in so many hours."""
        async with self._database.transaction() as tx:
            await store.give_up_awaited(tx, hours=hours)
