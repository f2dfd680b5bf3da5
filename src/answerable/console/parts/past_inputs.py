"""The input of a past run: what it was in short, and how to run it again."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from answerable.answering.types import RunRequest
from answerable.llm.types import Message, OutputSchema
from answerable.traces.types import Trace

_PREVIEW: Final = 400
_OPTIONS: Final = ("max_tokens", "temperature", "top_p", "seed", "collection")


def choose_inputs(traces: Sequence[Trace], *, prefer: str | None, limit: int) -> list[Trace]:
    """Return one trace for each input, in the order of the newest: of the variant `prefer` where there is one, and
    of those one that did not come out of the cache, since a trial's tokens, cost and time are held against it.

    Trials leave traces too, so without this an input that was tried ten times would be there eleven times.
    """

    def rank(trace: Trace) -> tuple[bool, bool]:
        return trace.variant == prefer, not trace.cached

    chosen: dict[str, Trace] = {}
    for trace in traces:
        key = json.dumps(trace.input, sort_keys=True)
        kept = chosen.setdefault(key, trace)
        if rank(trace) > rank(kept):
            chosen[key] = trace
    return list(chosen.values())[:limit]


def preview_input(trace: Trace) -> str:
    """Return the input in one line: the only value alone, several by their names, else the last message."""
    values: Mapping[str, Any] = trace.input.get("input") or {}
    if values:
        return shorten(preview_values(values))
    messages = trace.input.get("messages") or [{}]
    return shorten(str(messages[-1].get("content", "")))


def preview_values(values: Mapping[str, Any]) -> str:
    """Return the values by their names, the longest first: it says most, and the order they had is not kept."""
    written = {name: _write(value) for name, value in values.items()}
    if len(written) == 1:
        return next(iter(written.values()))
    ordered = sorted(written.items(), key=lambda entry: -len(entry[1]))
    return " · ".join(f"{name}: {text}" for name, text in ordered)


def shorten(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= _PREVIEW else f"{line[: _PREVIEW - 1]}…"


def find_obstacle(trace: Trace) -> str | None:
    """Return why a past input cannot be run again; None when it can."""
    if any(_is_file(value) for value in _walk(trace.input)):
        return "Its file was not kept; only its digest was."
    if not trace.input.get("input") and not trace.input.get("messages"):
        return "It had no input."
    return None


def to_request(trace: Trace, reference: str) -> RunRequest:
    """Return the request of a past run for another variant, past the cache and outside of its conversation."""
    asked = trace.input
    output = asked.get("output")
    return RunRequest(
        app=reference,
        input=dict(asked.get("input") or {}),
        messages=tuple(Message(one["role"], one["content"]) for one in asked.get("messages") or ()),
        stop=tuple(asked.get("stop") or ()),
        output=None if output is None else OutputSchema(output["schema"], mode=output["mode"]),
        fresh=True,
        purpose="trial",
        **{name: asked[name] for name in _OPTIONS if name in asked},
    )


def _write(value: Any) -> str:
    if _is_file(value):
        return f"a file of {value['bytes']:,} bytes"
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _is_file(value: Any) -> bool:
    return isinstance(value, dict) and {"sha256", "bytes"} <= value.keys() <= {
        "sha256",
        "bytes",
        "media_type",
    }


def _walk(value: Any) -> Iterator[Any]:
    yield value
    inner = value.values() if isinstance(value, Mapping) else value if isinstance(value, list) else ()
    for entry in inner:
        yield from _walk(entry)
