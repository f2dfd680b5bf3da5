"""The few-shot examples of a prompt: in the app's file, or in one of their own."""

from __future__ import annotations

from collections.abc import Mapping

from jsonschema_rs import Draft202012Validator

from answerable.apps.content import InputField, PromptExample
from answerable.apps.files.documents import read_document
from answerable.apps.files.inputs import read_example_input
from answerable.apps.files.places import Node, Problems
from answerable.apps.files.validation import check_value
from answerable.apps.files.workspace import FileRefused, WorkspaceFiles
from answerable.core.closeness import suggest

_KEYS = ("input", "output")
_HOW = "Write `- {input: {...}, output: ...}`."


class ExampleReader:
    """Reads the examples of one workspace's variants."""

    def __init__(self, files: WorkspaceFiles, problems: Problems) -> None:
        self._files = files
        self._problems = problems

    def read(
        self, node: Node, declared: Mapping[str, InputField], output: Draft202012Validator | None
    ) -> tuple[PromptExample, ...]:
        """Return the examples. Each input is held against the declared ones, each output against the schema."""
        listed = self._find_list(node)
        if listed is None:
            return ()
        if not listed.is_list:
            self._problems.add(listed, "`examples` is a list.", _HOW)
        return tuple(example for item in listed.items if (example := self._read_one(item, declared, output)))

    def _find_list(self, node: Node) -> Node | None:
        if not isinstance(node.value, str):
            return node
        try:
            return read_document(self._files.read_text(node.value), node.value, self._problems)
        except FileRefused as error:
            self._problems.add(node, error.message, error.suggestion)
            return None

    def _read_one(
        self, node: Node, declared: Mapping[str, InputField], validator: Draft202012Validator | None
    ) -> PromptExample | None:
        for key, entry in node.entries.items():
            if key not in _KEYS:
                self._problems.add(entry, f"An example has no {key!r}.", suggest(key, _KEYS) or _HOW)
        output = node.entries.get("output")
        if output is None or "input" not in node.entries:
            self._problems.add(node, "An example has an input and an output.", _HOW)
            return None
        values = read_example_input(node.entries["input"], declared, self._files, self._problems)
        if validator is not None:
            check_value(validator, output, self._problems)
        elif not isinstance(output.value, str):
            self._problems.add(
                output, "The app answers in text, and the example does not.", "Declare an `output:`."
            )
        return PromptExample(input=values, output=output.to_plain())
