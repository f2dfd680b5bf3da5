"""`kill -9` of the worker at random moments, then a re-run: the same documents and chunks as without.

ANSWERABLE_KILLS sets how often (5 in the suite, 20 for the long version), ANSWERABLE_KILL_SEED the moments.
"""

from __future__ import annotations

import asyncio
import json
import os
import random
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.integration.knowledge.ingestion.harness import (
    COLLECTION,
    Ingestion,
    MakeIngestion,
    write_document,
)

KILLS = int(os.environ.get("ANSWERABLE_KILLS", "5"))
SEED = int(os.environ.get("ANSWERABLE_KILL_SEED", "7"))
PROGRAM = "tests.integration.knowledge.ingestion.worker_program"
ROOT = Path(__file__).resolve().parents[4]

CONTENT = """
    SELECT d.uri, d.title, d.text, d.language, c.position, c.text, c.header, encode(halfvec_send(v.embedding), 'hex')
    FROM document d JOIN chunk c ON c.document_id = d.id
    JOIN chunk_vector_{index} v ON v.ordinal = c.ordinal WHERE c.index_id = {index} AND d.collection_id = {collection}
    ORDER BY d.uri, c.position"""


@pytest.mark.timeout(60 + 15 * KILLS)
async def test_killing_the_worker_loses_nothing_and_doubles_nothing(
    make_ingestion: MakeIngestion, conninfo: str, tmp_path: Path
) -> None:
    ingestion: Ingestion = await make_ingestion(worker=False)
    await ingestion.knowledge.create_collection("clean")
    chance = random.Random(SEED)
    root = tmp_path / "many"
    _write_corpus(root, version=0)
    run = await ingestion.service.start_run(COLLECTION, [str(root)])
    for version in range(1, KILLS + 1):
        async with _Worker(conninfo, tmp_path) as worker:
            await worker.live_for(chance.uniform(0.8, 3.0))
        if (await ingestion.service.get_progress(run.id)).finished:
            _write_corpus(root, version=version)
            run = await ingestion.service.start_run(COLLECTION, [str(root)])
    async with _Worker(conninfo, tmp_path):
        await ingestion.service.wait(run.id)
        last = await ingestion.service.start_run(COLLECTION, [str(root)])
        end = await ingestion.service.wait(last.id)
        clean = await ingestion.service.start_run("clean", [str(root)])
        await ingestion.service.wait(clean.id)
    assert (end.state, end.documents_failed) == ("done", 0)
    survived, expected = await _read(ingestion, 1), await _read(ingestion, 2)
    assert len(survived) > 300
    assert survived == expected
    await _check_nothing_is_left_over(ingestion)


async def _read(ingestion: Ingestion, number: int) -> list[tuple[Any, ...]]:
    """Return all that can be found of collection 1 or 2, whose index has its number in the order of making."""
    rows = await ingestion.fetch("SELECT id, collection_id FROM index_version ORDER BY collection_id")
    index, collection = rows[number - 1]
    return await ingestion.fetch(CONTENT.format(index=index, collection=collection))


async def _check_nothing_is_left_over(ingestion: Ingestion) -> None:
    orphans = (
        "SELECT count(*) FROM chunk c WHERE NOT EXISTS (SELECT FROM document d WHERE d.id = c.document_id)"
    )
    assert await ingestion.fetch(orphans) == [(0,)]
    for (index,) in await ingestion.fetch("SELECT id FROM index_version"):
        chunks, vectors = await ingestion.fetch(
            f"""SELECT count(*) FROM chunk WHERE index_id = {index}
            UNION ALL SELECT count(*) FROM chunk_vector_{index}"""
        )
        assert chunks == vectors
    doubles = """SELECT document_id, position FROM chunk GROUP BY index_id, document_id, position
        HAVING count(*) > 1"""
    assert await ingestion.fetch(doubles) == []


def _write_corpus(root: Path, *, version: int) -> None:
    """60 files, one of them large, and 150 lines; a third of them differ from version to version."""
    root.mkdir(exist_ok=True)
    for number in range(60):
        edition = version if number % 3 == 0 else 0
        write_document(root / f"{number:02}.md", f"topic{number} in edition {edition}", sections=2)
    write_document(root / "large.md", f"numbers of edition {version}", sections=60)
    lines = (
        json.dumps(
            {
                "_id": str(i),
                "title": f"Line {i}",
                "text": f"Line {i}, edition {version if i % 3 == 0 else 0}.",
            }
        )
        for i in range(150)
    )
    (root / "lines.jsonl").write_text("\n".join(lines) + "\n")


class _Worker:
    """A worker process; leaving the block kills it."""

    def __init__(self, conninfo: str, folder: Path) -> None:
        self._arguments = (conninfo, str(folder / "embedded.log"))

    async def __aenter__(self) -> _Worker:
        self._process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", PROGRAM, *self._arguments, cwd=ROOT, stderr=asyncio.subprocess.DEVNULL
        )
        return self

    async def live_for(self, seconds: float) -> None:
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(self._process.wait(), seconds)

    async def __aexit__(self, *_: object) -> None:
        self._process.kill()
        await self._process.wait()
