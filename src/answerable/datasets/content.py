"""What makes two examples the same: their content, and the words of their inputs."""

from __future__ import annotations

import hashlib
import json
import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import asdict
from decimal import Decimal
from typing import Any

from answerable.core.errors import InvalidInput
from answerable.core.texts import to_storable
from answerable.datasets.types import Example

MAX_BYTES = 1 << 20
_NOT_WORDS = re.compile(r"[\W_]+")


def hash_content(example: Example) -> bytes:
    """Return the hash of what is asked and what is expected; tags, weight and evidence may differ."""
    further = {
        "acceptable": list(example.acceptable),
        "refuse": example.refuse,
        "tool_calls": [asdict(call) for call in example.tool_calls],
        "history": [asdict(turn) for turn in example.history],
    }
    said = {name: value for name, value in further.items() if value}
    return _hash(dump([example.input, example.expected, *([said] if said else [])]))


def hash_whole(example: Example) -> bytes:
    """Return the hash of everything an example says, its key too, whoever added it."""
    values = asdict(example)
    for name in ("provenance", "id", "content_hash", "added_at"):
        del values[name]
    return _hash(dump(_settle_numbers(values)))


def make_key(example: Example) -> str:
    """Return the key of an example whose author gave it none."""
    return hash_content(example).hex()[:16]


def dump(value: Any) -> str:
    """Return JSON that PostgreSQL takes, the same for the same value. Raises InvalidInput."""
    try:
        text = json.dumps(value, ensure_ascii=False, sort_keys=True, allow_nan=False)
    except (TypeError, ValueError) as error:
        raise InvalidInput(
            "An example holds JSON values alone.", hint=f"{error}.", code="invalid_example"
        ) from error
    text = to_storable(text).replace("\\u0000", "\ufffd")
    if len(text.encode()) > MAX_BYTES:
        raise InvalidInput(
            f"The example has more than {MAX_BYTES:,} bytes.",
            hint="Shorten its texts.",
            code="invalid_example",
        )
    return text


def read_words(values: Mapping[str, Any]) -> str:
    """Return the texts of an input, one after another: what is compared with other inputs."""
    return to_storable("\n".join(text for _, text in sorted(_list_texts(values, ""))))


def hash_words(words: str) -> bytes:
    """Return the hash of a text without its case, its accents' spelling, spaces and punctuation."""
    return _hash(normalise(words))


def normalise(words: str) -> str:
    """Return the words alone, in one spelling."""
    return _NOT_WORDS.sub(" ", unicodedata.normalize("NFKC", words).casefold()).strip()


def _hash(text: str) -> bytes:
    return hashlib.sha256(text.encode()).digest()


def _settle_numbers(value: Any) -> Any:
    """Return the value with 2.0 as 2: the database gives back whole numbers of any size without a point.

    It keeps the decimal digits that were written: 1e23 is a one with 23 zeros, which the nearest double is not.
    """
    if isinstance(value, float) and value.is_integer():
        return int(Decimal(repr(value)))
    if isinstance(value, Mapping):
        return {name: _settle_numbers(entry) for name, entry in value.items()}
    if isinstance(value, list | tuple):
        return [_settle_numbers(entry) for entry in value]
    return value


def _list_texts(value: Any, path: str) -> Iterator[tuple[str, str]]:
    if isinstance(value, str):
        yield path, value
    elif isinstance(value, Mapping):
        for name, entry in value.items():
            yield from _list_texts(entry, f"{path}.{name}")
    elif isinstance(value, list | tuple):
        for place, entry in enumerate(value):
            yield from _list_texts(entry, f"{path}.{place:06}")
    elif value is not None:
        yield path, json.dumps(value)
