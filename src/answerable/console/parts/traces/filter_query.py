"""A filter of traces as the address of the page has it: read, shown in words, and written again.

The parameters are those of the API and the command line, see `answerable.traces.reading.queries`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from typing import Any, Final
from urllib.parse import urlencode

from answerable.console.parts.figures import format_duration, format_moment
from answerable.core.errors import InvalidFields, InvalidInput
from answerable.traces.reading.conditions import to_conditions
from answerable.traces.reading.queries import read_query
from answerable.traces.types import TraceFilter

PATH: Final = "/traces"

TITLES: Final[Mapping[str, str]] = {
    "text": "Words",
    "app": "App",
    "since": "From",
    "status": "Status",
    "verdict": "Sentences",
    "feedback": "Feedback",
    "variant": "Variant",
    "label": "Label",
    "user": "User",
    "model": "Model",
    "error_code": "Error",
    "purpose": "Purpose",
    "cached": "Cache",
    "abstained": "Outcome",
    "collection": "Collection",
    "conversation_id": "Conversation",
    "key_id": "Key",
    "min_duration_ms": "Took at least",
    "min_cost_usd": "Cost at least",
    "max_retrieval_score": "Best passage at most",
    "until": "Until",
    "ids": "Trace",
}
"""What each parameter is called, in the order of the page."""

CHOICES: Final[Mapping[str, Mapping[str, str]]] = {
    "since": {"1h": "Last hour", "24h": "Last 24 hours", "7d": "Last 7 days", "30d": "Last 30 days"},
    "status": {"ok": "Fine", "error": "Failed", "cancelled": "Stopped"},
    "verdict": {
        "unsupported": "Not supported",
        "partial": "Partly supported",
        "unchecked": "Not checked",
        "supported": "Supported",
    },
    "feedback": {"down": "Thumb down", "up": "Thumb up", "any": "Any", "none": "None"},
    "cached": {"true": "From the cache", "false": "Not from the cache"},
    "abstained": {"true": "Abstained", "false": "Answered"},
    "purpose": {
        "serve": "Served",
        "trial": "Trial",
        "batch": "Batch",
        "eval": "Evaluation",
        "judge": "Judge",
        "online": "Online evaluation",
    },
}
"""What a parameter can be: values as in the address, and how each is shown."""

_SHOWN: Final[Mapping[str, Callable[[Any], str]]] = {
    "since": lambda at: f"{format_moment(at)} UTC",
    "until": lambda at: f"{format_moment(at)} UTC",
    "min_duration_ms": format_duration,
    "min_cost_usd": lambda amount: f"${amount}",
}


def read_values(params: Mapping[str, Any], *, now: datetime) -> tuple[dict[str, str], list[str]]:
    """Return the parameters that filter, and what is wrong with those that cannot be read and are left out."""
    values: dict[str, str] = {}
    problems: list[str] = []
    for name in TITLES:
        text = _flatten(params.get(name))
        if not text:
            continue
        try:
            to_conditions(read_query({name: _split(name, text)}, now=now))
        except InvalidInput as error:
            problems.append(f"{TITLES[name]} “{text[:80]}”: {_explain(error)}")
        else:
            values[name] = text
    return values, problems


def to_filter(values: Mapping[str, str], *, now: datetime) -> TraceFilter:
    """Return the filter of values that `read_values` let through."""
    return read_query({name: _split(name, text) for name, text in values.items()}, now=now)


def to_address(values: Mapping[str, str]) -> str:
    """Return the address of the page with these filters."""
    return f"{PATH}?{urlencode(values)}" if values else PATH


def list_chips(values: Mapping[str, str], *, now: datetime) -> Iterator[tuple[str, str, str]]:
    """Yield title and value of every filter, and the address without it."""
    for name, text in values.items():
        rest = {key: value for key, value in values.items() if key != name}
        yield TITLES[name], show_value(name, text, now=now), to_address(rest)


def show_value(name: str, text: str, *, now: datetime) -> str:
    """Return a value in the words of the page."""
    if text in CHOICES.get(name, ()):
        return CHOICES[name][text]
    if name not in _SHOWN:
        return text
    return _SHOWN[name](getattr(read_query({name: text}, now=now), name))


def _flatten(value: Any) -> str:
    """Return a value of a saved view or an address as one text."""
    if isinstance(value, list | tuple):
        return ",".join(map(str, value))
    if isinstance(value, bool):
        return str(value).lower()
    return "" if value is None else str(value).strip()


def _split(name: str, text: str) -> Any:
    return text.split(",") if name == "ids" else text


def _explain(error: InvalidInput) -> str:
    if isinstance(error, InvalidFields):
        return " ".join(problem.problem for problem in error.problems)
    return error.detail
