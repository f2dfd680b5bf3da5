"""What an example must be to be taken in."""

from __future__ import annotations

import math
import re
from typing import Final

from answerable.core.errors import InvalidInput
from answerable.datasets.types import Example

_NAME: Final = re.compile(r"[a-z0-9][a-z0-9_-]{0,62}")
_TAG: Final = re.compile(r"[\w.:@/-]{1,60}")
_MAX_TAGS: Final = 50
_MAX_KEY: Final = 200
_MAX_LIST: Final = 200


def check_name(dataset: str) -> None:
    """Raise InvalidInput (`invalid_dataset`) unless it can be the name of a dataset."""
    if not _NAME.fullmatch(dataset):
        raise InvalidInput(
            f"{dataset[:100]!r} cannot be the name of a dataset.",
            hint="Use up to 63 lower-case letters, digits, - and _; begin with a letter or digit.",
            code="invalid_dataset",
        )


def check_split(split: str) -> None:
    """Raise InvalidInput (`invalid_split`) unless it can be the name of a split, or is empty."""
    if split and not _NAME.fullmatch(split):
        raise InvalidInput(
            f"{split[:100]!r} cannot be the name of a split.",
            hint="Use lower-case letters, digits, - and _, such as `dev` and `test`.",
            code="invalid_split",
        )


def check_example(example: Example) -> None:
    """Raise InvalidInput (`invalid_example`, `invalid_split`) for what is no example."""
    if not example.input:
        raise _invalid("An example has an input.", 'Such as {"question": "..."}.')
    if len(example.tags) > _MAX_TAGS or not all(_TAG.fullmatch(tag) for tag in example.tags):
        raise _invalid(
            f"An example has at most {_MAX_TAGS} tags of up to 60 letters, digits and . : @ / - _",
            "Shorten or rename the tags.",
        )
    if not (math.isfinite(example.weight) and 0 < example.weight <= 1000):
        raise _invalid("The weight of an example is above 0, at most 1000.")
    if len(example.key) > _MAX_KEY or example.key != example.key.strip() or not example.key.isprintable():
        raise _invalid(
            f"{example.key[:60]!r} cannot be the key of an example.",
            f"A key is up to {_MAX_KEY} printable characters without spaces around them.",
        )
    if any(not math.isfinite(one.relevance) or one.relevance < 0 for one in example.evidence):
        raise _invalid("The relevance of evidence is a number from 0.")
    if not all(one.text or one.uri or one.document_id or one.chunk_id for one in example.evidence):
        raise _invalid(
            "Evidence names no passage and no document.",
            "Give its `text`, its `uri`, its `document_id` or its `chunk_id`.",
        )
    lists = (example.acceptable, example.tool_calls, example.history, example.evidence)
    if any(len(entries) > _MAX_LIST for entries in lists):
        raise _invalid(f"A list of an example has at most {_MAX_LIST:,} entries.")
    check_split(example.split)


def _invalid(detail: str, hint: str | None = None) -> InvalidInput:
    return InvalidInput(detail, hint=hint, code="invalid_example")
