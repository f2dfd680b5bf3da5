"""JSON Lines: a run a line, in the shape of the API."""

from __future__ import annotations

import json
from collections.abc import Sequence

from answerable.traces.rendering import render_trace
from answerable.traces.types import Trace


class JsonLines:
    """Needs no memory between two pieces."""

    def encode(self, traces: Sequence[Trace]) -> bytes:
        lines = (
            json.dumps(render_trace(trace), ensure_ascii=False, separators=(",", ":")) for trace in traces
        )
        return "".join(f"{line}\n" for line in lines).encode()

    def finish(self) -> bytes:
        return b""


def create_encoder() -> JsonLines:
    return JsonLines()
