"""Examples as files: YAML for people and git, JSON lines for programs and for many."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from typing import Final, Literal

from answerable.datasets.cases import write_case
from answerable.datasets.fields import write_example
from answerable.datasets.types import Example
from answerable.datasets.yaml_text import dump

FileFormat = Literal["yaml", "jsonl"]


def write_yaml_head(name: str) -> str:
    """Return what stands above the cases."""
    return dump({"name": name}) + "cases:\n"


def write_yaml_case(example: Example) -> str:
    """Return one case as it stands in the list."""
    return dump([write_case(example)])


def write_json_line(example: Example) -> str:
    """Return one line."""
    return json.dumps(write_example(example), ensure_ascii=False) + "\n"


_HEADS: Final[Mapping[FileFormat, Callable[[str], str]]] = {"yaml": write_yaml_head, "jsonl": lambda _: ""}
_WRITERS: Final[Mapping[FileFormat, Callable[[Example], str]]] = {
    "yaml": write_yaml_case,
    "jsonl": write_json_line,
}


async def write_examples(
    name: str, format: FileFormat, batches: AsyncIterator[Sequence[Example]]
) -> AsyncIterator[str]:
    """Yield a file piece by piece; read again it is the same examples."""
    yield _HEADS[format](name)
    async for batch in batches:
        yield "".join(_WRITERS[format](example) for example in batch)
