"""What makes two examples the same: their content, and the words of their inputs."""

from __future__ import annotations

import hashlib
import json
import re
import unicodedata
from collections.abc import Iterator, Mapping
from typing import Any

from answerable.core.errors import InvalidInput
from answerable.core.texts import to_storable
from answerable.datasets.types import Example

MAX_BYTES = 1 << 20
_NOT_WORDS = re.compile(r"[\W_]+")


def hash_content(example: Example) -> bytes:
    """Return the hash of what is asked and what is expected; tags, weight and evidence may differ."""
    return _hash(dump([example.input, example.expected]))


def dump(value: Any) -> str:
    """Return JSON that PostgreSQL takes, the same for the same value. Raises InvalidInput."""
    try:
        text = json.dumps(value, ensure_ascii=False, sort_keys=True, allow_nan=False)
    except (TypeError, ValueError) as error:
        raise InvalidInput(
            "An example holds JSON values alone.", hint=str(error), code="invalid_example"
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
