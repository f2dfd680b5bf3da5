"""Each filter finds what it says, alone and with others."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest

from answerable.core.errors import InvalidInput
from answerable.db.database import Database
from answerable.traces.reading.conditions import to_conditions
from answerable.traces.types import Trace, TraceFilter
from tests.integration.traces.reading.runs import NOW, make_run, write

KEY = UUID("0190a000-0000-7000-8000-000000000001")


def list_runs() -> dict[str, Trace]:
    """Return runs that differ from a plain one in what their name says."""
    changes: dict[str, dict[str, Any]] = {
        "plain": {},
        "app": {"app": "it's \\ a 'trap'"},
        "variant": {"variant": "long@ffeeddccbbaa", "variant_hash": "ffeeddccbbaa" + "1" * 52},
        "label": {"label": "candidate"},
        "user": {"user": "ann & (bob | !carl):*"},
        "long_user": {"user": "u" * 1000},
        "key": {"key_id": KEY},
        "conversation": {"conversation_id": "c-1"},
        "model": {"model": "openai:gpt-5"},
        "collection": {"collection": "handbook"},
        "eval": {"purpose": "eval"},
        "judge": {"purpose": "judge"},
        "error": {"status": "error", "error_code": "deadline", "output": ""},
        "cancelled": {"status": "cancelled"},
        "slow": {"duration_ms": 9_000.0},
        "dear": {"cost_usd": Decimal("0.25")},
        "unpriced": {"cost_usd": None},
        "cached": {"cached": True},
        "abstained": {"abstained": True},
        "unsupported": {"verdicts": {"supported": 2, "unsupported": 1}},
        "supported": {"verdicts": {"supported": 2, "unsupported": 0}},
        "up": {"thumb": 1},
        "down": {"thumb": -1},
        "edited": {"accepted": False},
        "found": {"retrieval_score": 0.9},
        "not_found": {"retrieval_score": 0.1},
        "worded": {
            "input": {"messages": [{"role": "user", "content": "Wie heißt der Änderungsantrag?"}]},
            "output": "It is form 27-B/6, see e-mail to desk@example.com.",
        },
        "old": {"started_at": NOW - timedelta(days=200)},
    }
    return {name: make_run(**change) for name, change in changes.items()}


CASES: list[tuple[TraceFilter, Sequence[str]]] = [
    (TraceFilter(app="it's \\ a 'trap'"), ["app"]),
    (TraceFilter(app="trap"), []),
    (TraceFilter(variant="long"), ["variant"]),
    (TraceFilter(variant="lon"), []),
    (TraceFilter(variant="long@ffeeddccbbaa"), ["variant"]),
    (TraceFilter(variant="ffeed"), ["variant"]),
    (TraceFilter(label="candidate"), ["label"]),
    (TraceFilter(user="ann & (bob | !carl):*"), ["user"]),
    (TraceFilter(user="ann"), []),
    (TraceFilter(user="u" * 1000), ["long_user"]),
    (TraceFilter(user="nul\x00"), []),
    (TraceFilter(key_id=KEY), ["key"]),
    (TraceFilter(conversation_id="c-1"), ["conversation"]),
    (TraceFilter(model="openai:gpt-5"), ["model"]),
    (TraceFilter(collection="handbook"), ["collection"]),
    (TraceFilter(purposes=("eval",)), ["eval"]),
    (TraceFilter(purposes=("eval", "judge")), ["eval", "judge"]),
    (TraceFilter(status="error"), ["error"]),
    (TraceFilter(status="cancelled"), ["cancelled"]),
    (TraceFilter(error_code="deadline"), ["error"]),
    (TraceFilter(min_duration_ms=9_000), ["slow"]),
    (TraceFilter(min_cost_usd=Decimal("0.25")), ["dear"]),
    (TraceFilter(cached=True), ["cached"]),
    (TraceFilter(abstained=True), ["abstained"]),
    (TraceFilter(verdict="unsupported"), ["unsupported"]),
    (TraceFilter(verdict="supported"), ["unsupported", "supported"]),
    (TraceFilter(verdict="partial"), []),
    (TraceFilter(feedback="up"), ["up"]),
    (TraceFilter(feedback="down"), ["down"]),
    (TraceFilter(feedback="any"), ["up", "down", "edited"]),
    (TraceFilter(max_retrieval_score=0.2), ["not_found"]),
    (TraceFilter(until=NOW - timedelta(days=1)), ["old"]),
    (TraceFilter(since=NOW - timedelta(days=201), until=NOW - timedelta(days=199)), ["old"]),
    (TraceFilter(until=NOW - timedelta(days=200)), []),
    (TraceFilter(text="änderungsantrag"), ["worded"]),
    (TraceFilter(text="änder"), ["worded"]),
    (TraceFilter(text="antrag"), []),
    (TraceFilter(text="FORM 27-B/6"), ["worded"]),
    (TraceFilter(text="desk@example.com"), ["worded"]),
    (TraceFilter(text="form antrag"), []),
    (TraceFilter(text="it's"), []),
    (TraceFilter(text="form", app="docs", status="ok"), ["worded"]),
    (TraceFilter(verdict="supported", app="docs", feedback="down"), []),
]


async def test_each_filter_finds_what_it_says(database: Database) -> None:
    runs = list_runs()
    service = await write(database, runs.values())
    wrong: dict[str, list[str]] = {}
    for filter, expected in CASES:
        ids = {trace.id for trace in (await service.list(filter)).traces}
        found = [name for name, run in runs.items() if run.id in ids]
        if sorted(found) != sorted(expected):
            wrong[str(filter)] = found
    assert wrong == {}


async def test_filters_for_what_is_not_find_all_the_others(database: Database) -> None:
    runs = list_runs()
    service = await write(database, runs.values())
    for filter, missing in [
        (TraceFilter(cached=False), {"cached"}),
        (TraceFilter(abstained=False), {"abstained"}),
        (TraceFilter(feedback="none"), {"up", "down", "edited"}),
    ]:
        found = {trace.id for trace in (await service.list(filter)).traces}
        assert {name for name, run in runs.items() if run.id not in found} == missing


async def test_everything_of_a_run_comes_back(database: Database) -> None:
    for name, run in list_runs().items():
        service = await write(database, [run])
        assert await service.get(run.id) == run, name


async def test_very_long_texts_are_kept_and_found_by_their_beginning(database: Database) -> None:
    words = " ".join(f"w{number}" for number in range(300_000))
    run = make_run(input={"input": {"question": words}}, output=words)
    service = await write(database, [run])
    assert [trace.id for trace in (await service.list(TraceFilter(text="w12"))).traces] == [run.id]
    assert (await service.list(TraceFilter(text="w299999"))).traces == ()


@pytest.mark.parametrize("text", ["", " ?!", "x" * 1001], ids=["empty", "no word", "too long"])
async def test_a_text_that_cannot_be_looked_for_is_refused(database: Database, text: str) -> None:
    service = await write(database, [])
    with pytest.raises(InvalidInput):
        await service.list(TraceFilter(text=text))


async def test_feedback_that_comes_later_is_found(database: Database) -> None:
    run = make_run()
    service = await write(database, [run])
    async with database.transaction() as tx:
        await service.note_feedback(tx, run.id, thumb=-1, accepted=False)
    assert [trace.thumb for trace in (await service.list(TraceFilter(feedback="down"))).traces] == [-1]
    assert (await service.list(TraceFilter(feedback="none"))).traces == ()


async def test_equalities_and_words_are_answered_by_an_index(database: Database) -> None:
    """A condition that is not to the letter what an index has would read every run there is."""
    await write(database, [make_run() for _ in range(20)])
    for filter in (TraceFilter(user="ann", status="ok"), TraceFilter(text="parcel")):
        conditions = to_conditions(filter)
        async with database.transaction() as tx:
            await tx.execute("SET LOCAL enable_seqscan = off")
            cursor = await tx.execute(
                f"EXPLAIN SELECT id FROM trace WHERE {conditions.sql}", conditions.values
            )
            plan = "\n".join([line async for (line,) in cursor])
        assert "Bitmap Index Scan" in plan, plan
