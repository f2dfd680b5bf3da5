"""One variant: its keys, as they are written, to its content."""

from __future__ import annotations

import json
from collections.abc import Mapping
from importlib.resources import files as package_files
from typing import Any, get_args

from jsonschema_rs import Draft202012Validator
from pydantic import BaseModel, ValidationError

from answerable.apps.content import (
    CacheContent,
    Grounding,
    HistoryContent,
    InputField,
    Kind,
    OutputContent,
    PromptContent,
    Resilience,
    VariantContent,
)
from answerable.apps.files.examples import ExampleReader
from answerable.apps.files.inputs import read_inputs
from answerable.apps.files.outputs import OutputReader
from answerable.apps.files.places import Node, Problems
from answerable.apps.files.prompts import PromptReader
from answerable.apps.files.tiers import read_tiers
from answerable.apps.files.validation import add_invalid
from answerable.apps.files.workspace import WorkspaceFiles
from answerable.core.closeness import suggest

KINDS: tuple[Kind, ...] = get_args(Kind)
GROUNDED_PROMPT = "prompts/grounded.md"
"""The prompt of a `rag` variant that names none, in the package `answerable.apps.builtin`."""

_COMMON = ("extends", "model", "prompt", "temperature", "max_tokens", "resilience", "cache", "history")
_OF_KIND: Mapping[Kind, tuple[str, ...]] = {
    "prompt": ("input", "output", "examples"),
    "rag": tuple(Grounding.model_fields),
}
_PARTS: Mapping[str, type[BaseModel]] = {
    "resilience": Resilience,
    "cache": CacheContent,
    "history": HistoryContent,
}
_NOTHING = Node({}, "", 1)


class VariantReader:
    """Reads the variants of one app."""

    def __init__(self, kind: Kind, files: WorkspaceFiles, problems: Problems, *, default_model: str) -> None:
        self._kind = kind
        self._problems = problems
        self._default_model = default_model
        self._prompts = PromptReader(files, problems)
        self._outputs = OutputReader(files, problems)
        self._examples = ExampleReader(files, problems)

    def check_keys(self, node: Node) -> None:
        """Name every key that a variant of this kind does not have."""
        known = (*_COMMON, *_OF_KIND[self._kind])
        for key, entry in node.entries.items():
            others = [kind for kind in KINDS if key in _OF_KIND[kind]]
            if key in known:
                continue
            if others:
                self._problems.add(
                    entry, f"Only a {others[0]} app has {key!r}.", "Take it out, or change the kind."
                )
            else:
                hint = suggest(key, known) or f"There are {', '.join(known)}."
                self._problems.add(entry, f"A variant has no key {key!r}.", hint)

    def read(self, node: Node) -> VariantContent | None:
        """Return the content of a variant with everything it extends, or None: the problems then say why."""
        before = self._problems.errors
        # An empty key is one that is not there, so that a variant can do without what it inherits.
        entries = {
            key: entry
            for key, entry in node.entries.items()
            if entry.value is not None or key == "temperature"
        }
        inputs = entries.get("input", _NOTHING) if self._kind == "prompt" else _NOTHING
        declared = read_inputs(inputs, self._problems)
        output, validator = self._read_output(entries)
        prompt = self._read_prompt(node, entries, declared, inputs, validator)
        values: dict[str, Any] = {
            "kind": self._kind,
            "model": read_tiers(entries.get("model"), self._default_model, self._problems),
            "prompt": prompt,
            "input": declared,
            "output": output,
            **self._read_settings(entries, node),
        }
        if self._problems.errors > before or prompt is None:
            return None
        return VariantContent(**values)

    def _read_output(
        self, entries: Mapping[str, Node]
    ) -> tuple[OutputContent | None, Draft202012Validator | None]:
        node = entries.get("output") if self._kind == "prompt" else None
        return (node and self._outputs.read(node)) or (None, None)

    def _read_prompt(
        self,
        variant: Node,
        entries: Mapping[str, Node],
        declared: Mapping[str, InputField],
        inputs: Node,
        output: Draft202012Validator | None,
    ) -> PromptContent | None:
        node = entries.get("prompt")
        examples = entries.get("examples") if self._kind == "prompt" else None
        shown = () if examples is None else self._examples.read(examples, declared, output)
        if node is None and self._kind == "rag":
            return PromptContent(template=read_grounded_prompt())
        if node is None:
            self._problems.add(variant, "The variant has no prompt.", "Write `prompt: prompts/NAME.md`.")
            return None
        found = self._prompts.read(node)
        if found is None:
            return None
        content, source = found
        self._prompts.check(source, content, self._kind, declared, inputs)
        return content.model_copy(update={"examples": shown})

    def _read_settings(self, entries: Mapping[str, Node], node: Node) -> dict[str, Any]:
        """Return the values that the contract checks by itself: numbers, names and mappings of them."""
        values: dict[str, Any] = {}
        for key, part in _PARTS.items():
            if key in entries:
                values[key] = self._validate(part, entries[key])
        if self._kind == "rag":
            grounding = {key: entry for key, entry in entries.items() if key in Grounding.model_fields}
            values["grounding"] = self._validate(Grounding, Node(grounding, node.file, node.line))
        for key in ("temperature", "max_tokens"):
            if key in entries:
                values[key] = entries[key].to_plain()
                self._check_number(key, entries[key])
        return values

    def _validate(self, part: type[BaseModel], node: Node) -> BaseModel | None:
        if not isinstance(node.value, Mapping):
            self._problems.add(node, "It is not a mapping.", f"There are {', '.join(part.model_fields)}.")
            return None
        try:
            return part.model_validate_json(json.dumps(node.to_plain()), strict=True)
        except ValidationError as error:
            add_invalid(error, node, self._problems, known=part.model_fields)
            return None

    def _check_number(self, key: str, node: Node) -> None:
        """Hold one number of the variant itself against the contract."""
        least = {"kind": "prompt", "model": [["a:b"]], "prompt": {"template": ""}, key: node.to_plain()}
        try:
            VariantContent.model_validate_json(json.dumps(least), strict=True)
        except ValidationError as error:
            parent = Node({key: node}, node.file, node.line)
            add_invalid(error, parent, self._problems, known=_COMMON)


def read_grounded_prompt() -> str:
    """Return the prompt of a `rag` variant that names none."""
    return (package_files("answerable.apps.builtin") / GROUNDED_PROMPT).read_text(encoding="utf-8")
