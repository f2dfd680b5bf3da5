"""The span of a tool's call."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from answerable.traces import conventions as names
from answerable.traces.joining import current
from answerable.traces.recorder import RunSpans, Step


@contextmanager
def tool_step(
    run: RunSpans, tool: str, *, arguments: Any, call_id: str | None = None, parent: Step | None = None
) -> Iterator[Step]:
    """Call a tool inside; what it does with OpenTelemetry's API joins the trace. `arguments` is a JSON value.

    Tell the step what came back: `step.set({TOOL_RESULT: ...})`.
    """
    with run.step(f"{names.EXECUTE_TOOL} {tool}", parent=parent) as step, current(run, step):
        step.set(
            {
                names.OPERATION: names.EXECUTE_TOOL,
                names.TOOL_NAME: tool,
                names.TOOL_CALL_ID: call_id,
                names.TOOL_ARGUMENTS: arguments,
            }
        )
        yield step
