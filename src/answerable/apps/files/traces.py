"""The `traces:` block of an app's file."""

from __future__ import annotations

import json
from collections.abc import Mapping

from pydantic import ValidationError

from answerable.apps.files.places import Node, Problems
from answerable.apps.files.validation import add_invalid
from answerable.apps.trace_settings import TraceSettings
from answerable.traces.redaction.own_patterns import find_faults

_KEYS = tuple(TraceSettings.model_fields)


def read_traces(node: Node, problems: Problems) -> TraceSettings:
    """Return the block; where something is wrong with it that is among the problems."""
    if node.value is None:
        return TraceSettings()
    if not isinstance(node.value, Mapping):
        problems.add(node, "`traces` is not a mapping.", f"There are {', '.join(_KEYS)}.")
        return TraceSettings()
    entries = {key: entry for key, entry in node.entries.items() if entry.value is not None}
    written = Node(entries, node.file, node.line)
    _check_patterns(written, problems)
    try:
        return TraceSettings.model_validate_json(json.dumps(written.to_plain()), strict=True)
    except ValidationError as error:
        add_invalid(error, written, problems, known=_KEYS)
        return TraceSettings()


def _check_patterns(written: Node, problems: Problems) -> None:
    named = written.entries["redact"].entries if "redact" in written.entries else {}
    patterns = {name: entry.value for name, entry in named.items() if isinstance(entry.value, str)}
    for name, fault in find_faults(patterns).items():
        problems.add(named[name], fault.problem, fault.suggestion)
