"""Processes that die or have no disk left: what they had taken in is there, or is counted."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import psycopg
import pytest

from answerable.db.database import Database
from answerable.traces.service import TraceService

TRACES = 1500


@contextmanager
def recording(*args: object) -> Iterator[subprocess.Popen[str]]:
    """Run the process; it is killed (`kill -9`) at the end at the latest."""
    command = [sys.executable, "-m", "tests.integration.traces.recording_process", *map(str, args)]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    process = subprocess.Popen(command, text=True, **pipes)  # type: ignore[call-overload]
    try:
        yield process
    finally:
        process.kill()
        process.communicate()


def read_word(process: subprocess.Popen[str]) -> dict[str, Any]:
    """Return what the process says next."""
    assert process.stdout is not None
    assert process.stderr is not None
    line = process.stdout.readline()
    assert line, process.stderr.read()
    return dict(json.loads(line))


async def find_missing(database: Database, spill: Path, ids: list[str]) -> set[str]:
    """Return which are not there when the next process has written what it found, each of them once."""
    service = TraceService(database, spill=spill)
    async with service.written():
        await service.flush()
    assert service.dropped == 0
    async with database.transaction() as tx:
        there = [row[0] async for row in await tx.execute("SELECT id FROM trace")]
        summed = await tx.execute("SELECT sum(requests) FROM usage_rollup WHERE level = 'minute'")
        assert await summed.fetchone() == (len(there),)
        spans = await tx.execute("SELECT count(*), count(DISTINCT trace_id) FROM span")
        assert await spans.fetchone() == (len(there), len(there))
    assert len(set(there)) == len(there)
    return set(ids) - set(there)


@pytest.mark.parametrize("database_is", ["well", "slow", "away"])
async def test_nothing_is_lost_when_a_process_is_killed(
    database: Database, conninfo: str, tmp_path: Path, database_is: str
) -> None:
    target = f"host='{tmp_path}'" if database_is == "away" else conninfo
    with ExitStack() as stack:
        if database_is == "slow":
            slow = stack.enter_context(psycopg.connect(conninfo))
            slow.execute("LOCK TABLE span_part")
        with recording(target, tmp_path / "spill", TRACES) as process:
            said = read_word(process)
    assert said["spilled"] > 0 or database_is == "well"
    assert await find_missing(database, tmp_path / "spill", said["safe"]) == set()


async def test_two_processes_share_a_folder(database: Database, conninfo: str, tmp_path: Path) -> None:
    with recording(f"host='{tmp_path}'", tmp_path / "spill", TRACES) as one:
        with recording(f"host='{tmp_path}'", tmp_path / "spill", TRACES) as two:
            ids = read_word(one)["safe"] + read_word(two)["safe"]
        # One of them still lives and keeps what it has.
        missing = await find_missing(database, tmp_path / "spill", ids)
        assert len(missing) == TRACES
    assert await find_missing(database, tmp_path / "spill", ids) == set()


def test_a_full_disk_costs_what_memory_cannot_hold_and_says_so(tmp_path: Path) -> None:
    with recording(f"host='{tmp_path}'", tmp_path / "spill", 0, 500) as process:
        full = read_word(process)
        assert (full["waiting"], full["spilled"]) == (2000, 0)
        assert not list((tmp_path / "spill").rglob("*.spill"))
        assert process.stdin is not None
        assert process.stderr is not None
        process.stdin.write("\n")
        process.stdin.flush()
        after = read_word(process)
        assert after["waiting"] == 0
        assert after["spilled"] == 2000
        process.stdin.close()
        process.stdin = None
        said = process.stderr.read()
    assert said.count("cannot be used") == 1
    assert said.count("A trace is lost") == 1
    assert said.count("can be written again") == 1
