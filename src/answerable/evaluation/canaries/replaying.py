"""The outputs of an earlier run as a thing to measure, so that today's evaluators can score them."""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import AsyncIterable, Sequence
from typing import Final

from answerable.datasets.types import Example
from answerable.evaluation.runs.types import EvalRun, ItemResult
from answerable.evaluation.targets.types import Measured
from answerable.evaluation.types import Output

_MOST: Final = 100_000
"""Outputs that are held at a time; a canary's examples are few."""


async def open_replay(run: EvalRun, batches: AsyncIterable[Sequence[ItemResult]]) -> Measured:
    """Return a target that answers as the run did, repeat by repeat. An example that failed then fails again."""
    outputs: defaultdict[str, deque[Output]] = defaultdict(deque)
    held = 0
    async for batch in batches:
        for one in batch:
            if one.output is not None and held < _MOST:
                outputs[one.example_key].append(one.output)
                held += 1

    async def ask(example: Example) -> Output:
        return outputs[example.key].popleft()

    return Measured(
        app=run.app,
        variant=run.variant,
        variant_hash=run.variant_hash,
        target=f"replay of {run.id}",
        ask=ask,
    )
