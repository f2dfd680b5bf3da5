"""The SQL of `eval_item` and `eval_score`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final
from uuid import UUID

from answerable.core.texts import to_storable
from answerable.db.database import Connection
from answerable.evaluation.runs.filtering import write_filter
from answerable.evaluation.runs.nested_loops import avoid_nested_loops
from answerable.evaluation.runs.rows import dump, read_output, write_output
from answerable.evaluation.runs.types import ItemResult, ItemScore, ResultFilter
from answerable.evaluation.types import Output

Place = tuple[int, int]
"""The position of an example and the repeat."""


@dataclass(frozen=True, slots=True)
class NewItem:
    """An output, or its failure, to be written; the fields are the columns of `eval_item`."""

    run_id: UUID
    position: int
    repeat: int
    example_id: UUID | None
    example_key: str
    question: str
    tags: tuple[str, ...]
    weight: float
    output_key: bytes
    case_key: bytes
    output: Output | None
    error: str
    passing: bool
    cost_usd: Decimal | None
    reused: bool
    source_trace: str | None


@dataclass(frozen=True, slots=True)
class ScoredItem:
    """What the evaluators said of an item; `paid` are the scores that this run paid for, the others are older."""

    run_id: UUID
    position: int
    repeat: int
    scores: tuple[ItemScore, ...]
    paid: tuple[ItemScore, ...]


@dataclass(frozen=True, slots=True)
class ItemState:
    """How far an item is. `output` is only read where it still has to be scored; None there: to be asked again.
    `scores` are what it has then already: of the evaluators that did not fail when it was scored before."""

    scored: bool
    output: Output | None
    scores: tuple[ItemScore, ...] = ()


@dataclass(frozen=True, slots=True)
class Earlier:
    """An output of another run for the same question, with its scores where the whole example was the same.

    `evaluators` are the (id, version) of what that run had scored it with.
    """

    output: Output
    case_key: bytes
    evaluators: frozenset[tuple[str, str]]
    scores: tuple[ItemScore, ...]


_SCORE: Final = "evaluator, version, metric, value, reason, error, details, cost_usd"


async def insert_items(tx: Connection, items: Sequence[NewItem]) -> None:
    """Write outputs and failures. A failure is replaced by what came the next time; an output never is."""
    cursor = tx.cursor()
    await cursor.executemany(
        """INSERT INTO eval_item AS old (run_id, position, repeat, example_id, example_key, question, tags, weight,
            output_key, case_key, output, error, passing, cost_usd, unpriced, reused, trace_id, source_trace)
        VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)
        ON CONFLICT (run_id, position, repeat) DO UPDATE SET output = excluded.output, error = excluded.error,
            passing = excluded.passing, cost_usd = coalesce(old.cost_usd, 0) + coalesce(excluded.cost_usd, 0),
            unpriced = old.unpriced + excluded.unpriced, reused = excluded.reused, trace_id = excluded.trace_id,
            scored = false
        WHERE old.output IS NULL""",
        [
            (
                one.run_id, one.position, one.repeat, one.example_id, one.example_key, to_storable(one.question),
                list(one.tags), one.weight, one.output_key, one.case_key,
                None if one.output is None else dump(write_output(one.output)), to_storable(one.error),
                one.passing, one.cost_usd, int(one.cost_usd is None), one.reused,
                one.output and one.output.trace_id, one.source_trace,
            )
            for one in items
        ],
    )  # fmt: skip


async def insert_scores(tx: Connection, scored: Sequence[ScoredItem]) -> None:
    """Write the scores of items, and that they have them."""
    rows = [
        (
            item.run_id, item.position, item.repeat, one.evaluator, one.version, one.metric, one.value,
            to_storable(one.reason), to_storable(one.error), dump(one.details) if one.details else None, one.cost_usd,
        )
        for item in scored
        for one in item.scores
    ]  # fmt: skip
    if rows:
        # One statement for all of them: a statement for each takes several times as long.
        await tx.execute(
            f"""INSERT INTO eval_score (run_id, position, repeat, {_SCORE})
            SELECT * FROM unnest(%s::uuid[], %s::bigint[], %s::int[], %s::text[], %s::text[], %s::text[], %s::float8[],
                %s::text[], %s::text[], %s::jsonb[], %s::numeric[]) ON CONFLICT DO NOTHING""",
            [list(column) for column in zip(*rows, strict=True)],
        )
    paid = [
        (
            item.run_id, item.position, item.repeat,
            sum((one.cost_usd or Decimal(0) for one in item.paid), Decimal(0)),
            sum(one.cost_usd is None for one in item.paid),
        )
        for item in scored
    ]  # fmt: skip
    await tx.execute(
        """UPDATE eval_item AS item SET scored = true, judge_usd = judge_usd + paid.usd,
            unpriced = unpriced + paid.unknown
        FROM unnest(%s::uuid[], %s::bigint[], %s::int[], %s::numeric[], %s::int[])
            AS paid (run_id, position, repeat, usd, unknown)
        WHERE item.run_id = paid.run_id AND item.position = paid.position AND item.repeat = paid.repeat""",
        [list(column) for column in zip(*paid, strict=True)],
    )


async def list_states(tx: Connection, run_id: UUID, *, first: int, last: int) -> dict[Place, ItemState]:
    """Return how far the items of the examples at `first`..`last` are, both included."""
    cursor = await tx.execute(
        """SELECT position, repeat, scored, CASE WHEN scored THEN NULL ELSE output END
        FROM eval_item WHERE run_id = %s AND position BETWEEN %s AND %s""",
        (run_id, first, last),
    )
    rows = await cursor.fetchall()
    known = await _list_scores(tx, [(run_id, *row[:2]) for row in rows if row[3] is not None])
    return {
        (position, repeat): ItemState(
            scored,
            None if output is None else read_output(output),
            tuple(known.get((run_id, position, repeat), ())),
        )
        for position, repeat, scored, output in rows
    }


async def list_earlier(tx: Connection, keys: Sequence[bytes]) -> dict[bytes, Earlier]:
    """Return the newest output for each key that there is one for, with what scored it."""
    cursor = await tx.execute(
        """SELECT DISTINCT ON (output_key) output_key, case_key, output, run_id, position, repeat, scored,
            (SELECT evaluators FROM eval_run WHERE id = run_id)
        FROM eval_item WHERE output_key = ANY (%s) AND output IS NOT NULL
        ORDER BY output_key, run_id DESC, scored DESC""",
        (list(keys),),
    )
    rows = await cursor.fetchall()
    scores = await _list_scores(tx, [row[3:6] for row in rows if row[6]])
    return {
        bytes(key): Earlier(
            read_output(output),
            bytes(case_key),
            frozenset((one["id"], one["version"]) for one in evaluators) if scored else frozenset(),
            tuple(scores.get((run_id, position, repeat), ())),
        )
        for key, case_key, output, run_id, position, repeat, scored, evaluators in rows
    }


async def list_results(
    tx: Connection, run_id: UUID, wanted: ResultFilter, *, after: Place | None, limit: int
) -> list[ItemResult]:
    """Return results without their examples, in the order of the dataset."""
    where, values = write_filter(wanted)
    cursor = await tx.execute(
        f"""SELECT position, repeat, example_key, example_id, output, error, tags, weight, reused FROM eval_item AS item
        WHERE run_id = %(run)s AND scored AND (position, repeat) > (%(position)s, %(repeat)s) {where}
        ORDER BY position, repeat LIMIT %(limit)s""",
        {
            "run": run_id,
            "position": -1 if after is None else after[0],
            "repeat": -1 if after is None else after[1],
            "limit": limit,
            **values,
        },
    )
    rows = await cursor.fetchall()
    scores = await _list_scores(tx, [(run_id, row[0], row[1]) for row in rows])
    return [
        ItemResult(
            run_id=run_id,
            position=position,
            repeat=repeat,
            example_key=key,
            example_id=example_id,
            example=None,
            output=None if output is None else read_output(output),
            error=error,
            scores=tuple(scores.get((run_id, position, repeat), ())),
            tags=tuple(tags),
            weight=weight,
            reused=reused,
        )
        for position, repeat, key, example_id, output, error, tags, weight, reused in rows
    ]


async def list_means(tx: Connection, run_id: UUID) -> dict[str, dict[str, tuple[float, float]]]:
    """Return the mean of each example's repeats and its weight, by metric and the example's key."""
    await avoid_nested_loops(tx)
    cursor = await tx.execute(
        """SELECT metric, example_key, avg(value), min(weight) FROM eval_score
        JOIN eval_item USING (run_id, position, repeat)
        WHERE run_id = %s AND value IS NOT NULL GROUP BY metric, example_key""",
        (run_id,),
    )
    found: dict[str, dict[str, tuple[float, float]]] = {}
    async for metric, key, mean, weight in cursor:
        found.setdefault(metric, {})[key] = (mean, weight)
    return found


async def delete_of_traces(tx: Connection, trace_ids: Sequence[str]) -> list[str | None]:
    """Delete what came of these traces: the outputs that they are of, and those of examples made from them.

    Returns the trace of each item that was deleted.
    """
    cursor = await tx.execute(
        """WITH gone AS (
            DELETE FROM eval_item WHERE trace_id = ANY (%(ids)s) OR source_trace = ANY (%(ids)s)
            RETURNING run_id, position, repeat, trace_id),
        unscored AS (DELETE FROM eval_score USING gone WHERE eval_score.run_id = gone.run_id
            AND eval_score.position = gone.position AND eval_score.repeat = gone.repeat)
        SELECT trace_id FROM gone""",
        {"ids": list(trace_ids)},
    )
    return [row[0] async for row in cursor]


async def delete_of_run(tx: Connection, run_id: UUID) -> None:
    """Delete the scores of a run; its items go with the run itself."""
    await tx.execute("DELETE FROM eval_score WHERE run_id = %s", (run_id,))


async def _list_scores(
    tx: Connection, items: Sequence[Sequence[Any]]
) -> dict[tuple[UUID, int, int], list[ItemScore]]:
    found: dict[tuple[UUID, int, int], list[ItemScore]] = {}
    if not items:
        return found
    runs, positions, repeats = (list(column) for column in zip(*items, strict=True))
    cursor = await tx.execute(
        f"""SELECT run_id, position, repeat, {_SCORE}
        FROM unnest(%s::uuid[], %s::bigint[], %s::int[]) AS wanted (run_id, position, repeat)
        JOIN eval_score USING (run_id, position, repeat) ORDER BY evaluator, metric""",
        (runs, positions, repeats),
    )
    async for run_id, position, repeat, *score in cursor:
        found.setdefault((run_id, position, repeat), []).append(_to_score(score))
    return found


def _to_score(row: Sequence[Any]) -> ItemScore:
    evaluator, version, metric, value, reason, error, details, cost_usd = row
    return ItemScore(evaluator, version, metric, value, reason, error, details or {}, cost_usd)
