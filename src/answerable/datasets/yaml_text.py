"""YAML of datasets, a case at a time, read as YAML 1.2 reads it: `no` and `2026-01-31` are text.

A file is data: tags that name objects are refused, and so are aliases, with which a small file stands for a huge one.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, BinaryIO, ClassVar, Final

import yaml
from yaml.composer import Composer, ComposerError
from yaml.events import AliasEvent, MappingEndEvent, MappingStartEvent, SequenceEndEvent, SequenceStartEvent

_TAG: Final = "tag:yaml.org,2002:"
_TEXT_TAG: Final = _TAG + "str"


class _Reader(yaml.CSafeLoader, Composer):
    """The C parser's events, composed into one node after another."""

    yaml_implicit_resolvers: ClassVar[dict[str, Any]] = {}  # type: ignore[misc]  # the stubs have it per object

    def __init__(self, stream: BinaryIO) -> None:
        yaml.CSafeLoader.__init__(self, stream)
        Composer.__init__(self)

    def read_value(self) -> tuple[int, Any]:
        """Return the line and the value of the next node. Raises yaml.YAMLError."""
        node = self.compose_node(None, None)
        return node.start_mark.line + 1, self.construct_object(node, deep=True)

    def compose_node(self, parent: Any, index: Any) -> Any:
        """Return the next node. The composer calls it for each node within another as well."""
        if self.check_event(AliasEvent):
            event: Any = self.peek_event()
            raise ComposerError(None, None, "aliases are not taken; write it out", event.start_mark)
        return Composer.compose_node(self, parent, index)


class _Dumper(yaml.CSafeDumper):
    """Writes what both YAML 1.1 and 1.2 read as it was meant."""

    def ignore_aliases(self, data: Any) -> bool:  # noqa: ARG002
        return True


def _represent_text(dumper: _Dumper, text: str) -> yaml.ScalarNode:
    """Write a text of several lines as a block, so that a change of one shows in git.

    One that ends with an empty line is quoted: after such a block the emitter ends the document.
    """
    block = "\n" in text.rstrip("\n") and not text.endswith("\n\n")
    return dumper.represent_scalar(_TEXT_TAG, text, style="|" if block else None)


def _construct_int(_: _Reader, node: yaml.ScalarNode) -> int:
    text = str(node.value)
    return int(text, 0) if text[:2] in {"0o", "0x"} else int(text)


def _construct_float(_: _Reader, node: yaml.ScalarNode) -> float:
    return float(node.value)


_Dumper.add_representer(str, _represent_text)
_Reader.add_constructor(_TAG + "int", _construct_int)
_Reader.add_constructor(_TAG + "float", _construct_float)
for _name, _pattern, _first in (
    ("bool", r"true|True|TRUE|false|False|FALSE", "tTfF"),
    ("null", r"~|null|Null|NULL|", "~nN\0"),
    ("int", r"[-+]?[0-9]+|0o[0-7]+|0x[0-9a-fA-F]+", "-+0123456789"),
    ("float", r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?", "-+.0123456789"),
):
    _resolved = ["" if first == "\0" else first for first in _first]
    for _kind in (_Reader, _Dumper):
        _kind.add_implicit_resolver(_TAG + _name, re.compile(f"^(?:{_pattern})$"), _resolved)


def read_entries(stream: BinaryIO, *, key: str) -> Iterator[tuple[str, int, Any]]:
    """Yield the name, line and value of each entry of the mapping at the top; of `key`'s list each entry of its own.

    Raises yaml.YAMLError; only one entry of the list is in memory at a time.
    """
    reader = _Reader(stream)
    try:
        reader.get_event()  # the stream begins, then the document, then the mapping
        reader.get_event()
        if not reader.check_event(MappingStartEvent):
            raise ComposerError(None, None, "there is no mapping at the top", None)
        reader.get_event()
        while not reader.check_event(MappingEndEvent):
            line, name = reader.read_value()
            if name == key and reader.check_event(SequenceStartEvent):
                reader.get_event()
                while not reader.check_event(SequenceEndEvent):
                    yield key, *reader.read_value()
                reader.get_event()
            else:
                yield str(name), line, reader.read_value()[1]
    finally:
        reader.dispose()


def dump(value: Any) -> str:
    """Return a value as YAML, its keys in their order."""
    return yaml.dump(
        value, Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=100, default_flow_style=False
    )
