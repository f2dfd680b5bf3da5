"""Stopping a background task, also one that takes a cancellation for something else."""

from __future__ import annotations

import asyncio

import pytest

from answerable.core.tasks import stop


async def test_a_loop_that_takes_one_cancellation_for_an_error_is_stopped_all_the_same() -> None:
    started, swallowed = asyncio.Event(), 0

    async def run_for_ever() -> None:
        nonlocal swallowed
        while True:
            try:
                started.set()
                await asyncio.get_running_loop().create_future()
            except asyncio.CancelledError:
                if swallowed:
                    raise
                swallowed += 1

    task = asyncio.create_task(run_for_ever())
    await started.wait()
    await stop(task)
    assert task.cancelled()
    assert swallowed == 1


@pytest.mark.parametrize("fails", [False, True])
async def test_a_task_that_ended_by_itself_is_left_alone(fails: bool) -> None:
    async def end() -> None:
        if fails:
            raise ValueError("nobody asks any more")

    task = asyncio.create_task(end())
    await asyncio.wait([task])
    await stop(task)
    assert task.done()
