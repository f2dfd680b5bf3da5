"""The prompt of a variant: its text, the partials that it includes, and whether they hold together."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import PurePosixPath

from answerable.apps.content import InputField, Kind, PromptContent
from answerable.apps.files.places import Node, Problems
from answerable.apps.files.workspace import FileRefused, WorkspaceFiles
from answerable.apps.templates.faults import TemplateInvalid, Use
from answerable.apps.templates.parsing import list_includes
from answerable.apps.templates.template import PromptTemplate
from answerable.core.closeness import suggest

FOLDER = "prompts"
"""Partials are named relative to it."""

_KEYS = ("file", "text", "partials")
_IN_PLACE = "For a prompt in place write `prompt: |` and the text below."
_IS_TEXT = re.compile(r"\{[{%]|\s")
"""What a text holds, and hardly a path."""

_FILES = frozenset({"image", "document"})
_ASKED = frozenset({"question", "sources", "abstention"})
_NEEDED = frozenset({"question", "sources"})
_GIVEN: Mapping[Kind, Mapping[str, frozenset[str]]] = {
    "prompt": {"system": frozenset(), "user": frozenset()},
    "rag": {"system": _ASKED, "user": _ASKED, "repair": frozenset({"abstention", "faults"})},
}
"""The blocks of each kind, and what a template is given there besides the declared input."""


@dataclass(frozen=True, slots=True)
class Source:
    """A template's text and where it stands: `line` is that of its first line.

    `counted` says whether its lines are lines of the file; a text in quotes is all on one. `partials` are the paths of
    what it includes, by name.
    """

    text: str
    file: str
    line: int
    counted: bool = True
    partials: Mapping[str, str] = field(default_factory=dict)

    def find(self, line: int, partial: str | None = None) -> tuple[str, int]:
        """Return file and line of a line of the text, or of a partial."""
        if partial is not None:
            return self.partials.get(partial, partial), line
        return self.file, self.line - 1 + line if self.counted else self.line


class PromptReader:
    """Reads prompts of one workspace."""

    def __init__(self, files: WorkspaceFiles, problems: Problems) -> None:
        self._files = files
        self._problems = problems

    def read(self, node: Node) -> tuple[PromptContent, Source] | None:
        """Return the prompt without examples, or None when it is not there; that is then among the problems."""
        named: Mapping[str, Node] = {}
        text = node
        if node.entries:
            named = node.entries.get("partials", _EMPTY).entries
            text = next((entry for key, entry in node.entries.items() if key in {"file", "text"}), _EMPTY)
            for key, entry in node.entries.items():
                if key not in _KEYS:
                    self._problems.add(entry, f"A prompt has no {key!r}.", suggest(key, _KEYS))
        source = self._read_source(text, node, in_place="text" in node.entries)
        if source is None:
            return None
        before = self._problems.errors
        partials = self._read_partials(source, named)
        if self._problems.errors > before:
            return None
        paths = {name: _locate(name, named) for name in partials}
        return PromptContent(template=source.text, partials=partials), replace(source, partials=paths)

    def _read_source(self, node: Node, prompt: Node, *, in_place: bool) -> Source | None:
        if not isinstance(node.value, str) or not node.value.strip():
            self._problems.add(
                prompt,
                "A prompt is a path or a text.",
                "Write `prompt: prompts/NAME.md`, or `prompt: |` and the text.",
            )
            return None
        if in_place or "\n" in node.value:
            if node.text_line is None:
                return Source(node.value, node.file, node.line, counted=False)
            return Source(node.value, node.file, node.text_line)
        text = self._read_file(node.value, node)
        return None if text is None else Source(text, node.value, 1)

    def _read_file(self, name: str, node: Node) -> str | None:
        try:
            return self._files.read_text(name)
        except FileRefused as error:
            hint = _IN_PLACE if _IS_TEXT.search(name) else error.suggestion
            self._problems.add(node, error.message, hint)
            return None

    def _read_partials(self, source: Source, named: Mapping[str, Node]) -> dict[str, str]:
        """Return every partial that the text includes, and that those include."""
        partials: dict[str, str] = {}
        waiting = [(name, *source.find(line)) for name, line in list_includes(source.text)]
        while waiting:
            name, file, line = waiting.pop()
            if name in partials:
                continue
            path = _locate(name, named)
            place = named.get(name, Node(None, file, line))
            text = self._read_file(path, place)
            if text is None:
                continue
            partials[name] = text
            waiting.extend((inner, path, own) for inner, own in list_includes(text))
        return dict(sorted(partials.items()))

    def check(
        self,
        source: Source,
        content: PromptContent,
        kind: Kind,
        declared: Mapping[str, InputField],
        inputs: Node,
    ) -> None:
        """Compile the template, and hold what it reads against what it is given."""
        try:
            template = PromptTemplate.compile(content)
        except TemplateInvalid as error:
            for fault in error.faults:
                self._problems.add_at(*source.find(fault.line, fault.partial), fault.problem, fault.hint)
            for use in error.uses:
                self._check_use(source, use, kind, declared)
            return
        self._check_blocks(source, template, kind)
        for use in template.uses:
            self._check_use(source, use, kind, declared)
        if "user" in template.blocks:
            self._check_unused(source, template, kind, declared, inputs)

    def _check_blocks(self, source: Source, template: PromptTemplate, kind: Kind) -> None:
        blocks = _GIVEN[kind]
        for block in sorted(template.blocks - blocks.keys()):
            hint = suggest(block, blocks) or f"It has {', '.join(blocks)}."
            self._problems.add_at(
                source.file, source.line, f"The prompt of a {kind} app has no block {block!r}.", hint
            )
        missing = blocks.keys() - template.blocks if kind == "rag" else set()
        if missing:
            names = " and ".join(sorted(missing))
            hint = f"Write {{% block {min(missing)} %}}...{{% endblock %}}."
            self._problems.add_at(source.file, source.line, f"The prompt lacks the block {names}.", hint)

    def _check_use(self, source: Source, use: Use, kind: Kind, declared: Mapping[str, InputField]) -> None:
        given = {*_GIVEN[kind].get(use.block, ()), *declared}
        if use.name in given or use.block not in _GIVEN[kind]:
            return
        place = source.find(use.line, use.partial)
        if kind == "rag":
            hint = suggest(use.name, given) or f"The block {use.block} is given {', '.join(sorted(given))}."
            self._problems.add_at(
                *place, f"There is no variable {use.name!r} in the block {use.block}.", hint
            )
            return
        hint = (
            suggest(use.name, given) or f"Add `{use.name}: string` to `input:`, or take it out of the prompt."
        )
        self._problems.add_at(*place, f"The variable {use.name!r} is not declared.", hint)

    def _check_unused(
        self,
        source: Source,
        template: PromptTemplate,
        kind: Kind,
        declared: Mapping[str, InputField],
        inputs: Node,
    ) -> None:
        for name in sorted(_NEEDED - template.variables) if kind == "rag" else ():
            hint = f"Write {{{{ {name} }}}} in the block user."
            self._problems.add_at(
                source.file, source.line, f"The prompt never uses {name!r}.", hint, warning=True
            )
        for name, asked in declared.items():
            if name not in template.variables and asked.type not in _FILES:
                place = inputs.find([name])
                hint = f"Write {{{{ {name} }}}} where it belongs, or take it out."
                self._problems.add(place, f"The prompt never uses the input {name!r}.", hint, warning=True)


_EMPTY = Node(None, "", 1)


def _locate(name: str, named: Mapping[str, Node]) -> str:
    entry = named.get(name)
    if entry is not None and isinstance(entry.value, str):
        return entry.value
    return str(PurePosixPath(FOLDER) / name)
