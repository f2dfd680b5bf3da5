"""The right to erasure: what belongs to a user or a conversation goes, and does not come back from anywhere."""

from __future__ import annotations

from pathlib import Path

import pytest

from answerable.core.errors import NotFound
from answerable.core.ids import new_id
from answerable.db.database import Database
from answerable.traces.service import TraceService
from tests.fakes.traces import make_span, make_trace


async def count(database: Database, table: str) -> int:
    async with database.transaction() as tx:
        row = await (await tx.execute(f"SELECT count(*) FROM {table}")).fetchone()
    assert row is not None
    return int(row[0])


async def test_a_user_goes_with_spans_and_sums_and_others_stay(database: Database) -> None:
    service = TraceService(database)
    mine = [make_trace(user="ann", key_id=key) for key in (None, new_id())]
    others = [make_trace(user="bob"), make_trace(user=None), make_trace(user="ann ")]
    for trace in (*mine, *others):
        service.record(trace, [make_span(trace.id)])
    service.record_spans([make_span(mine[0].id), make_span(others[0].id)], service="shop")
    assert set(await service.delete_user("ann")) == {trace.id for trace in mine}
    for trace in mine:
        with pytest.raises(NotFound):
            await service.get(trace.id)
        assert await service.get_spans(trace.id) == ()
    for trace in others:
        assert (await service.get(trace.id)).id == trace.id
    assert len(await service.get_spans(others[0].id)) == 2
    async with database.transaction() as tx:
        cursor = await tx.execute("SELECT DISTINCT user_id FROM user_rollup ORDER BY 1")
        assert await cursor.fetchall() == [("ann ",), ("bob",)]
        cursor = await tx.execute("SELECT string_agg(key, ' ') FROM trace_erasure")
        assert "ann" not in str(await cursor.fetchone())


async def test_what_waits_in_a_spill_file_of_another_process_does_not_come_back(
    database: Database, conninfo: str, tmp_path: Path
) -> None:
    nowhere = Database(f"host='{tmp_path}' dbname=none", wait=0.1)
    await nowhere.open()
    other = TraceService(nowhere, spill=tmp_path / "spill")
    mine, others = make_trace(user="ann", conversation_id="c"), make_trace(user="bob", conversation_id="c")
    async with other.written():
        for trace in (mine, others):
            other.record(trace, [make_span(trace.id)])
    await nowhere.close()
    await TraceService(database).delete_user("ann")
    heir = TraceService(database, spill=tmp_path / "spill")
    async with heir.written():
        later = make_trace(user="ann")
        heir.record(later)
        await heir.flush()
    assert {trace.id for trace in (await heir.list()).traces} == {others.id, later.id}
    assert (heir.dropped, await count(database, "span")) == (0, 1)


async def test_late_spans_of_an_erased_trace_are_not_written(database: Database) -> None:
    service = TraceService(database)
    mine, others = make_trace(user="ann"), make_trace(user="bob")
    for trace in (mine, others):
        service.record(trace)
    await service.delete_user("ann")
    service.record_spans([make_span(mine.id), make_span(others.id)], service="shop")
    await service.flush()
    assert await service.get_spans(mine.id) == ()
    assert len(await service.get_spans(others.id)) == 1


async def test_a_conversation_goes_and_may_begin_anew(database: Database) -> None:
    service = TraceService(database)
    key = new_id()
    old = make_trace(user="ann", conversation_id="c", key_id=key)
    others = [
        make_trace(user="bob", conversation_id="c", key_id=key),
        make_trace(user="ann", conversation_id="d", key_id=key),
        make_trace(user="ann", conversation_id="c", key_id=None),
    ]
    for trace in (old, *others):
        service.record(trace)
    assert await service.delete_conversation("c", key_id=key, user="ann") == [old.id]
    service.record(old)
    anew = make_trace(user="ann", conversation_id="c", key_id=key)
    service.record(anew)
    await service.flush()
    found = {trace.id for trace in (await service.list()).traces}
    assert found == {trace.id for trace in (*others, anew)}
