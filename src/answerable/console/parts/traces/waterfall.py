"""The steps of a run on a time axis: rows for the browser, which draws those that are in sight (traces.js)."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from html import escape
from typing import Any, Final, Literal

from answerable.console.elements import Markup, Tag
from answerable.console.parts.figures import format_count
from answerable.traces import conventions as names
from answerable.traces.reading.tree import SpanTree, TreeRow
from answerable.traces.types import Span, Trace

Look = Literal["run", "model", "retrieval", "check", "tool", "step"]
LOOKS: Final[Mapping[Look, str]] = {
    "run": "Run",
    "retrieval": "Retrieval",
    "model": "Model",
    "check": "Check",
    "tool": "Tool",
    "step": "Other",
}

_OPERATIONS: Final[Mapping[str, Look]] = {
    names.INVOKE_WORKFLOW: "run",
    names.INVOKE_AGENT: "run",
    names.CHAT: "model",
    "text_completion": "model",
    "generate_content": "model",
    "embeddings": "model",
    names.RETRIEVE: "retrieval",
    names.EXECUTE_TOOL: "tool",
}
_STEPS: Final[Mapping[str, Look]] = {
    names.RETRIEVAL: "retrieval",
    names.RERANK: "retrieval",
    names.VERIFICATION: "check",
    names.POLICY: "check",
    names.REPAIR: "check",
}
_NANOSECONDS: Final = 1e6  # in a millisecond


def build_waterfall(trace: Trace, tree: SpanTree, *, opens: bool = True) -> None:
    """Build the waterfall; without spans, of what the run itself says. With `opens`, a step opens by event."""
    rows = list(list_rows(tree)) or list(list_known(trace))
    total = tree.duration_ns / _NANOSECONDS if tree.rows else trace.duration_ms
    closed = "" if opens and tree.rows else " data-closed"
    content = escape(json.dumps(rows, ensure_ascii=False, separators=(",", ":")))
    Markup(
        f'<answerable-waterfall data-total="{total:.3f}" data-rows="{content}"{closed}></answerable-waterfall>'
    )
    _build_legend({row["kind"] for row in rows})


def list_rows(tree: SpanTree) -> Iterator[dict[str, Any]]:
    """Yield the rows of a tree. Times are milliseconds from the beginning of the tree."""
    inner = _count_inner([row.depth for row in tree.rows])
    for row, below in zip(tree.rows, inner, strict=True):
        span = row.span
        yield {
            "id": span.span_id,
            "depth": row.depth,
            "name": span.name,
            "kind": find_look(span),
            "from": "" if span.service == names.SERVICE else span.service,
            "start": round(row.offset_ns / _NANOSECONDS, 3),
            "ms": round(row.duration_ns / _NANOSECONDS, 3),
            "status": span.status,
            "note": _note(row),
            "inner": below,
        }


def list_known(trace: Trace) -> Iterator[dict[str, Any]]:
    """Yield the rows of a run without spans: itself, the steps that it timed, and its tries at models."""
    yield _known("run", f"run {trace.app}", "run", 0.0, trace.duration_ms, failed=trace.status == "error")
    began = 0.0
    for step, end in sorted(trace.timings_ms.items(), key=lambda entry: entry[1]):
        if step not in {"total", "first_token"}:
            yield _known(step, step, _STEPS.get(step, "step"), began, max(0.0, end - began))
            began = end
    for number, attempt in enumerate(trace.attempts, 1):
        note = attempt.code or ""
        failed = attempt.code not in {None, "cancelled"}
        yield _known(
            f"try-{number}",
            attempt.model,
            "model",
            attempt.start_ms,
            attempt.duration_ms,
            note=note,
            failed=failed,
        )


def find_look(span: Span) -> Look:
    """Return what a step is, by its operation or else by its name."""
    return _OPERATIONS.get(str(span.attributes.get(names.OPERATION)), _STEPS.get(span.name, "step"))


def _known(
    id: str, name: str, kind: Look, start: float, ms: float, *, note: str = "", failed: bool = False
) -> dict[str, Any]:
    return {
        "id": id, "depth": 0 if kind == "run" else 1, "name": name, "kind": kind, "from": "", "start": start, "ms": ms,
        "status": "error" if failed else "unset", "note": note, "inner": 0,
    }  # fmt: skip


def _note(row: TreeRow) -> str:
    """Return what a row says beside its name."""
    span, told = row.span, row.span.attributes
    words: list[str] = []
    if span.status == "error":
        words.append(str(told.get(names.ERROR_TYPE) or span.message or "failed"))
    if names.OUTPUT_TOKENS in told:
        words.append(f"{told.get(names.INPUT_TOKENS, 0)} → {told[names.OUTPUT_TOKENS]} tokens")
    if names.HITS in told:
        words.append(format_count(_whole(told[names.HITS]), "passage"))
    if names.CACHE_OUTCOME in told:
        words.append(str(told[names.CACHE_OUTCOME]))
    if row.orphan:
        words.append("its parent is missing")
    if row.in_cycle:
        words.append("was its own ancestor")
    if row.shifted_ns:
        words.append(f"its clock was {row.shifted_ns / _NANOSECONDS:,.0f} ms off")
    return ", ".join(words)


def _whole(value: Any) -> int:
    return value if isinstance(value, int) else 0


def _count_inner(depths: Sequence[int]) -> list[int]:
    """Return how many rows stand below each in the tree, from their depths in order."""
    inner = [0] * len(depths)
    open_rows: list[int] = []
    for place, depth in enumerate((*depths, -1)):
        while open_rows and depths[open_rows[-1]] >= depth:
            row = open_rows.pop()
            inner[row] = place - row - 1
        open_rows.append(place)
    return inner


def _build_legend(kinds: set[Look]) -> None:
    with Tag("ul", "", "wf-legend", aria_label="Colours of the steps"):
        for kind, title in LOOKS.items():
            if kind in kinds:
                with Tag("li"):
                    Tag("span", "", f"wf-kind is-{kind}", aria_hidden="true")
                    Tag("span", title)
