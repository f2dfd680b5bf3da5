"""What a foreign program or address gave, as an output: a text, JSON, or the objects of well-known libraries."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict, is_dataclass
from decimal import Decimal, InvalidOperation
from typing import Any, Final, get_args

from pydantic import BaseModel

from answerable.core.errors import UpstreamFailed
from answerable.datasets.types import ToolCall
from answerable.evaluation.types import Output, Passage, Sentence, Verdict

_TEXTS: Final = ("text", "answer", "output", "output_text", "response", "content", "result", "message")
"""Where the text of an answer is looked for, in this order."""
_PASSAGES: Final = (
    "passages",
    "sources",
    "source_nodes",
    "source_documents",
    "documents",
    "contexts",
    "context",
)
_VERDICTS: Final[tuple[Verdict, ...]] = get_args(Verdict)
_CALLS: Final = ("tool_calls", "calls")
_NAME: Final = re.compile(
    r"[a-zA-Z][a-zA-Z0-9+.-]*:/\S+|\S*[^\s.]\.[a-zA-Z][a-zA-Z0-9]{0,5}(?:[#?]\S*)?|\S+(?:/\S+)+"
)
"""An address, the name of a file, or a path: what stands where a text has words."""
_PASSAGE_TEXTS: Final = ("text", "page_content", "content", "quote")


def to_output(value: Any) -> Output:
    """Return the value as an output. Raises UpstreamFailed (`no_output`) for what holds no answer.

    A text is one, and an object or a mapping with one of the usual names: `answer` with `sources` as ours has them,
    a message of LangChain (`content`), a response of LlamaIndex (`response`, `source_nodes`), the last state of a
    LangGraph program (`messages`). A mapping without any of these is the answer as JSON.
    """
    if isinstance(value, Output):
        return value
    if isinstance(value, str):
        return Output(text=value)
    fields = _list_fields(value)
    if fields is None:
        raise UpstreamFailed(
            f"What it returned is no answer: {type(value).__name__}.",
            hint="Return a text, a mapping with `answer`, or an Output.",
            code="no_output",
        )
    messages = fields.get("messages")
    if isinstance(messages, Sequence) and not isinstance(messages, str) and messages:
        fields = {**fields, **(_list_fields(messages[-1]) or {})}
    text = _find_text(fields)
    data = fields.get("data")
    if text is None:
        if not isinstance(value, Mapping):
            raise UpstreamFailed(
                f"A {type(value).__name__} without an answer.", hint="Return a text.", code="no_output"
            )
        text, data = "", dict(value)
    return Output(
        text=text,
        data=data,
        passages=tuple(_list_passages(fields)),
        sentences=tuple(_list_sentences(fields)),
        tool_calls=tuple(_list_calls(fields)),
        abstained=fields["abstained"] if isinstance(fields.get("abstained"), bool) else None,
        latency_ms=_to_number(fields.get("latency_ms")),
        input_tokens=_to_count(_find_usage(fields, "input_tokens", "prompt_tokens")),
        output_tokens=_to_count(_find_usage(fields, "output_tokens", "completion_tokens")),
        cost_usd=to_cost(fields.get("cost_usd")),
        model=str(fields.get("model") or ""),
        trace_id=fields["trace_id"] if isinstance(fields.get("trace_id"), str) else None,
    )


def to_cost(value: Any) -> Decimal | None:
    """Return an amount of dollars; None for what is none, which is unknown and never 0."""
    try:
        cost = Decimal(str(value))
    except InvalidOperation:
        return None
    return cost if cost.is_finite() and cost >= 0 else None


def to_passage(value: Any) -> Passage | None:
    """Return a passage: a text, or what has one under a usual name; None for anything else.

    An address or a path alone, such as `docs/leave.md`, names a document whose text is not told.
    """
    if isinstance(value, str):
        return Passage("", uri=value) if _NAME.fullmatch(value) else Passage(value)
    fields = _list_fields(value) or {}
    if "node" in fields:  # LlamaIndex: a node with its score
        fields = {**(_list_fields(fields["node"]) or {}), "score": fields.get("score")}
    text = next((fields[name] for name in _PASSAGE_TEXTS if isinstance(fields.get(name), str)), None)
    if text is None:
        return None
    about = fields.get("metadata")
    known = {**(about if isinstance(about, Mapping) else {}), **fields}
    return Passage(
        text=text,
        id=_to_text(known.get("chunk_id") or known.get("id") or known.get("node_id")),
        document_id=_to_text(known.get("document_id") or known.get("doc_id") or known.get("ref_doc_id")),
        uri=_to_text(known.get("uri") or known.get("source") or known.get("url") or known.get("file_path")),
        title=_to_text(known.get("title")),
        start=_to_count(known.get("start")),
        end=_to_count(known.get("end")),
        score=_to_number(known.get("score")),
    )


def _list_fields(value: Any) -> Mapping[str, Any] | None:
    """Return what a value says by name; None for what has no names."""
    if isinstance(value, Mapping):
        return value
    if isinstance(value, BaseModel):
        return {name: getattr(value, name) for name in type(value).model_fields}
    if is_dataclass(value) and not isinstance(value, type):
        return asdict(value)
    names = [
        *_TEXTS,
        *_PASSAGES,
        *_CALLS,
        *_PASSAGE_TEXTS,
        "node",
        "score",
        "metadata",
        "messages",
        "usage_metadata",
    ]
    found = {name: getattr(value, name) for name in names if _has(value, name)}
    return found or None


def _has(value: Any, name: str) -> bool:
    return hasattr(value, name) and not callable(getattr(value, name))


def _find_text(fields: Mapping[str, Any]) -> str | None:
    for name in _TEXTS:
        value = fields.get(name)
        if isinstance(value, str):
            return value
        if name == "content" and isinstance(value, list):  # parts of a message
            return "".join(str(part.get("text", "")) for part in value if isinstance(part, Mapping))
    return None


def _list_passages(fields: Mapping[str, Any]) -> list[Passage]:
    for name in _PASSAGES:
        found = fields.get(name)
        if isinstance(found, Sequence) and not isinstance(found, str) and found:
            return [passage for one in found if (passage := to_passage(one)) is not None]
    return []


def _list_sentences(fields: Mapping[str, Any]) -> list[Sentence]:
    """Return the sentences with their verdicts, which our own address tells under `citations`."""
    found = fields.get("citations")
    if not isinstance(found, list) or not all(isinstance(one, Mapping) for one in found):
        return []
    return [
        Sentence(one["sentence"], tuple(_list_counts(one.get("markers"))), one["verdict"])
        for one in found
        if isinstance(one.get("sentence"), str) and one.get("verdict") in _VERDICTS
    ]


def _list_counts(values: Any) -> list[int]:
    return [value for value in values if _to_count(value)] if isinstance(values, list) else []


def _list_calls(fields: Mapping[str, Any]) -> list[ToolCall]:
    calls = next((fields[name] for name in _CALLS if isinstance(fields.get(name), Sequence)), ())
    found = []
    for call in calls:
        known = _list_fields(call) or {}
        arguments = known.get("arguments", known.get("args", {}))
        if isinstance(known.get("name"), str):
            found.append(ToolCall(known["name"], dict(arguments) if isinstance(arguments, Mapping) else {}))
    return found


def _find_usage(fields: Mapping[str, Any], *names: str) -> Any:
    for holder in (fields, fields.get("usage"), fields.get("usage_metadata")):
        known = _list_fields(holder) if holder is not None else None
        for name in names:
            if known is not None and known.get(name) is not None:
                return known[name]
    return None


def _to_number(value: Any) -> float | None:
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        return None
    return float(value)


def _to_count(value: Any) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) and value >= 0 else None


def _to_text(value: Any) -> str:
    return "" if value is None else str(value)
