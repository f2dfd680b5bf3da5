"""Examples as rows of `dataset_example`, and back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from answerable.datasets.content import dump, hash_content, hash_whole, hash_words, read_words
from answerable.datasets.types import Evidence, Example, Provenance, ToolCall, Turn

COLUMNS: Final = (
    "id, key, input, expected, acceptable, refuse, tool_calls, history, evidence, tags, weight, metadata,"
    " split, provenance, content_hash, added_at"
)


@dataclass(frozen=True, slots=True)
class Encoded:
    """An example as it is written: its parts as JSON, and its hashes. `words` are the texts of its input."""

    example: Example
    texts: Mapping[str, str | None]
    content_hash: bytes
    digest: bytes
    input_hash: bytes
    words: str


def encode(example: Example) -> Encoded:
    """Return what is written of an example with a key. Raises InvalidInput for what is not JSON, or too long."""
    parts = {
        "input": example.input,
        "acceptable": list(example.acceptable),
        "tool_calls": [asdict(call) for call in example.tool_calls],
        "history": [asdict(turn) for turn in example.history],
        "evidence": [asdict(one) for one in example.evidence],
        "metadata": example.metadata,
        "provenance": asdict(example.provenance),
    }
    words = read_words(example.input)
    content = hash_content(example)
    return Encoded(
        example=replace(example, content_hash=content.hex()),
        texts={
            **{name: dump(value) for name, value in parts.items()},
            "expected": None if example.expected is None else dump(example.expected),
        },
        content_hash=content,
        digest=hash_whole(example),
        input_hash=hash_words(words),
        words=words,
    )


def decode(row: Sequence[Any]) -> Example:
    """Return the example of a row of COLUMNS."""
    (id, key, input, expected, acceptable, refuse, tool_calls, history, evidence, tags, weight, metadata,
     split, provenance, content_hash, added_at) = row  # fmt: skip
    return Example(
        input=input,
        expected=expected,
        acceptable=tuple(acceptable),
        refuse=refuse,
        tool_calls=tuple(ToolCall(**one) for one in tool_calls),
        history=tuple(Turn(**one) for one in history),
        evidence=tuple(Evidence(**one) for one in evidence),
        tags=tuple(tags),
        weight=weight,
        metadata=metadata,
        provenance=read_provenance(provenance),
        key=key,
        split=split,
        id=id,
        content_hash=bytes(content_hash).hex(),
        added_at=added_at,
    )


def read_provenance(values: Mapping[str, Any]) -> Provenance:
    """Return the provenance that a row holds as JSON."""
    return Provenance(**{**values, "annotators": tuple(values["annotators"])})


def write_vector(vector: NDArray[np.float32] | None) -> str | None:
    return None if vector is None else f"[{','.join(f'{number:.5f}' for number in vector)}]"
