"""The steps of the queue's schema, which are found without importing the queue."""

from __future__ import annotations

from pathlib import Path

from procrastinate.schema import SchemaManager

from answerable.db.migrate import list_queue_steps


def test_the_steps_are_those_that_the_queue_has() -> None:
    steps = list_queue_steps()
    assert steps
    assert list(steps.values()) == sorted(Path(SchemaManager.get_migrations_path()).glob("*.sql"))
