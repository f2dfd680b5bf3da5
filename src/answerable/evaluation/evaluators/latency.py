"""How long the target took."""

from __future__ import annotations

from answerable.evaluation.evaluators.measured import Measure, make_kind

_VERSION = 1

KIND = make_kind(
    "latency",
    _VERSION,
    (
        Measure("latency_ms", "ms", "from asking to the end of the answer", lambda output: output.latency_ms),
        Measure(
            "first_token_ms", "ms", "from asking to the first text", lambda output: output.first_token_ms
        ),
    ),
    summary="milliseconds to the end of the answer and to its first text",
)
