"""YAML and JSON texts as nodes that know their lines.

Scalars are read as YAML 1.2 reads them: `no` and `on` are text, as is `2026-01-31`, so that a JSON Schema or an
example means the same in both formats. A file is data: tags that name objects are refused, and an alias counts each
time as what it stands for, so that a small file cannot stand for a huge one.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any, ClassVar

import yaml

from answerable.apps.files.places import Node, Problems, Scalar

MAX_NODES = 50_000
_MAX_DEPTH = 100
_TAG = "tag:yaml.org,2002:"
_SURROGATE = re.compile("[\ud800-\udfff]")


class _Loader(yaml.SafeLoader):
    yaml_implicit_resolvers: ClassVar[dict[str, Any]] = {}  # type: ignore[misc]  # the stubs have it per object


class Dumper(yaml.SafeDumper):
    """Writes what `read_document` reads again: what only one of YAML 1.1 and 1.2 reads as text is quoted."""

    def ignore_aliases(self, data: Any) -> bool:  # noqa: ARG002
        return True


def _represent_text(dumper: Dumper, text: str) -> yaml.ScalarNode:
    """Write a text of several lines as a block."""
    return dumper.represent_scalar(_TAG + "str", text, style="|" if "\n" in text else None)


Dumper.add_representer(str, _represent_text)

for _name, _pattern, _first in (
    ("bool", r"true|True|TRUE|false|False|FALSE", "tTfF"),
    ("null", r"~|null|Null|NULL|", "~nN\0"),
    ("int", r"[-+]?[0-9]+|0o[0-7]+|0x[0-9a-fA-F]+", "-+0123456789"),
    ("float", r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?", "-+.0123456789"),
):
    _resolved = ["" if first == "\0" else first for first in _first]
    for _kind in (_Loader, Dumper):
        _kind.add_implicit_resolver(_TAG + _name, re.compile(f"^(?:{_pattern})$"), _resolved)

_READERS: dict[str, Callable[[str], Scalar]] = {
    "str": lambda text: _join_surrogates(text) if _SURROGATE.search(text) else text,
    "null": lambda _: None,
    "bool": lambda text: {"true": True, "false": False}[text.lower()],
    "int": lambda text: int(text, 0) if text[:2] in {"0o", "0x"} else int(text),
    "float": float,
}


class _TooLarge(Exception):  # noqa: N818 - private, and never leaves this module
    """The file stands for more than can be taken in, or for something without an end."""


def read_document(text: str, file: str, problems: Problems) -> Node | None:
    """Return the file's one value, or None when it is not readable, which is then among the problems."""
    if file.endswith(".json"):
        text = text.replace("\t", " ")  # between JSON values a tab is a space, which YAML does not know
    try:
        root = _compose(text)
        if root is None:
            return Node(None, file, 1)
        return _Conversion(file, problems).convert(root)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        problems.add_at(
            file, mark.line + 1 if mark else 1, f"It is not valid YAML: {error.problem}.", _hint(error)
        )
    except yaml.reader.ReaderError as error:
        line = text.count("\n", 0, error.position) + 1
        problems.add_at(file, line, f"It holds the character #x{error.character:04x}.", "Take it out.")
    except (yaml.YAMLError, ValueError) as error:
        problems.add_at(file, 1, f"It is not valid YAML: {str(error).partition(chr(10))[0]}.")
    except (_TooLarge, RecursionError):
        problems.add_at(
            file, 1, "It is nested too deeply, or its aliases stand for too much.", "Write it out."
        )
    return None


def _compose(text: str) -> yaml.Node | None:
    loader = _Loader(text)
    try:
        return loader.get_single_node()
    finally:
        loader.dispose()


class _Conversion:
    """Turns the nodes of one file into ours, counting them."""

    def __init__(self, file: str, problems: Problems) -> None:
        self._file = file
        self._problems = problems
        self._nodes = 0

    def convert(self, node: yaml.Node, line: int | None = None, depth: int = 0) -> Node:
        self._nodes += 1
        if self._nodes > MAX_NODES or depth > _MAX_DEPTH:
            raise _TooLarge
        own = node.start_mark.line + 1
        value: Any
        if isinstance(node, yaml.MappingNode):
            value = self._convert_mapping(node, depth)
        elif isinstance(node, yaml.SequenceNode):
            value = [self.convert(item, depth=depth + 1) for item in node.value]
        else:
            value = self._read_scalar(node)
        self._check_tag(node)
        below = isinstance(node, yaml.ScalarNode) and node.style in {"|", ">"}
        return Node(value, self._file, own if line is None else line, own + 1 if below else None)

    def _convert_mapping(self, node: yaml.MappingNode, depth: int) -> dict[str, Node]:
        entries: dict[str, Node] = {}
        for key, entry in node.value:
            line = key.start_mark.line + 1
            if not isinstance(key, yaml.ScalarNode):
                self._problems.add_at(self._file, line, "A key is a list or a mapping.", "Use a name.")
                continue
            name = str(_READERS["str"](key.value))
            if name in entries:
                self._problems.add_at(self._file, line, f"The key {name!r} is there twice.", "Take one out.")
            entries[name] = self.convert(entry, line, depth + 1)
        return entries

    def _read_scalar(self, node: yaml.Node) -> Scalar:
        read = _READERS.get(node.tag.removeprefix(_TAG), _READERS["str"])
        try:
            return read(node.value)
        except (ValueError, KeyError):
            self._problems.add_at(
                self._file,
                node.start_mark.line + 1,
                f"{node.value[:40]!r} is no {node.tag.removeprefix(_TAG)}.",
            )
            return None

    def _check_tag(self, node: yaml.Node) -> None:
        if node.tag.removeprefix(_TAG) not in {*_READERS, "map", "seq"}:
            line = node.start_mark.line + 1
            self._problems.add_at(self._file, line, f"The tag {node.tag!r} is not allowed.", "Take it out.")


def _join_surrogates(text: str) -> str:
    r"""Join what JSON writes as two escapes, such as \ud83d\ude00; a half without its other one is replaced."""
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def _hint(error: yaml.MarkedYAMLError) -> str:
    if "\\t" in str(error.problem):
        return "Indent with spaces."
    return "A text that holds ': ' or begins with a sign needs quotes."
