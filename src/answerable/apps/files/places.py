"""Values that know where they were written, and the list of what is wrong with them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from answerable.apps.files.types import Problem

Scalar = str | int | float | bool | None


@dataclass(frozen=True, slots=True)
class Node:
    """A value of a YAML or JSON file.

    `line` is the line of its key, or its own where it has none; `text_line` is that of the first line of a block of
    text, whose lines are those of the file; None for every other value.
    """

    value: Scalar | Mapping[str, Node] | Sequence[Node]
    file: str
    line: int
    text_line: int | None = None

    @property
    def entries(self) -> Mapping[str, Node]:
        """Return the entries of a mapping; nothing has none."""
        return self.value if isinstance(self.value, Mapping) else {}

    @property
    def items(self) -> Sequence[Node]:
        """Return the items of a list; nothing has none."""
        return self.value if self.is_list else ()  # type: ignore[return-value]

    @property
    def is_list(self) -> bool:
        return isinstance(self.value, Sequence) and not isinstance(self.value, str)

    def to_plain(self) -> Any:
        """Return the value without its places."""
        if isinstance(self.value, Mapping):
            return {key: entry.to_plain() for key, entry in self.value.items()}
        if self.is_list:
            return [item.to_plain() for item in self.items]
        return self.value

    def find(self, path: Sequence[str | int]) -> Node:
        """Return the deepest node on the way."""
        node = self
        for step in path:
            if isinstance(step, int) and step < len(node.items):
                node = node.items[step]
            elif isinstance(step, str) and step in node.entries:
                node = node.entries[step]
            else:
                break
        return node

    def walk(self) -> Iterator[tuple[str, Node]]:
        """Yield every entry of every mapping, with its key."""
        for key, entry in self.entries.items():
            yield key, entry
            yield from entry.walk()
        for item in self.items:
            yield from item.walk()


@dataclass(slots=True)
class Problems:
    """Gathers what is wrong; what is inherited by two variants is named once."""

    found: dict[Problem, None] = field(default_factory=dict)
    errors: int = 0
    """How often an error was added, again or not: a reader compares it before and after."""

    def add(self, node: Node, message: str, suggestion: str = "", *, warning: bool = False) -> None:
        self.add_at(node.file, node.line, message, suggestion, warning=warning)

    def add_at(
        self, file: str, line: int, message: str, suggestion: str = "", *, warning: bool = False
    ) -> None:
        self.found[Problem(file, line, message, suggestion, warning)] = None
        self.errors += not warning
