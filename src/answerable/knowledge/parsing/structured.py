"""JSON as readable lines: one `path: value` line for each value, so that a passage tells where its values
belong.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from answerable.knowledge.parsing.decoding import clean, decode
from answerable.knowledge.parsing.types import Extracted, ParseFailed

_MAX_DEPTH = 100


def parse_json(data: bytes, _name: str) -> Extracted:
    """Read a JSON file. Raises ParseFailed with line and column when it is broken."""
    loaded = load_json(decode(data))
    title = loaded.get("title") if isinstance(loaded, dict) else None
    text = "\n".join(flatten(loaded))
    return Extracted(text=clean(text), title=title.strip() if isinstance(title, str) else "")


def load_json(text: str) -> Any:
    """Return the value that a JSON text holds; raises ParseFailed when it is broken."""
    try:
        return json.loads(text)
    except json.JSONDecodeError as error:
        where = f"line {error.lineno}, column {error.colno}"
        raise ParseFailed(f"The JSON is broken at {where}: {error.msg}.", hint="Mend the file.") from error
    except (RecursionError, ValueError) as error:
        reason = "The JSON is nested too deep or holds a number that is too long."
        raise ParseFailed(reason, hint="Flatten it.") from error


def flatten(value: Any, path: str = "", depth: int = 0) -> Iterator[str]:
    """Yield `a.b[0].c: value` for each value that is not null or empty, in order."""
    if depth > _MAX_DEPTH:
        raise ParseFailed("The JSON is nested too deep.", hint="Flatten it.")
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from flatten(inner, f"{path}.{key}" if path else str(key), depth + 1)
    elif isinstance(value, list):
        if value and all(isinstance(inner, str | int | float) for inner in value):
            yield _line(path, ", ".join(map(str, value)))
            return
        for index, inner in enumerate(value):
            yield from flatten(inner, f"{path}[{index}]", depth + 1)
    elif value is not None and value != "":
        yield _line(path, str(value))


def _line(path: str, value: str) -> str:
    return f"{path}: {value}" if path else value
