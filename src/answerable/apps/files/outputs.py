"""The typed output of a variant: a JSON Schema, in place, in a file, or of a Pydantic model of the workspace."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from jsonschema_rs import Draft202012Validator
from pydantic import ValidationError

from answerable.apps.content import OutputContent
from answerable.apps.files.documents import read_document
from answerable.apps.files.places import Node, Problems
from answerable.apps.files.python_models import ModelRefused, load_schema
from answerable.apps.files.validation import add_invalid, check_schema
from answerable.apps.files.workspace import FileRefused, WorkspaceFiles

_KEYS = ("schema", "python", "mode", "name", "repair")
_HOW = "Write `output: schemas/NAME.json`, `{schema: ...}` or `{python: MODULE:MODEL}`."


class OutputReader:
    """Reads outputs of one workspace."""

    def __init__(self, files: WorkspaceFiles, problems: Problems) -> None:
        self._files = files
        self._problems = problems

    def read(self, node: Node) -> tuple[OutputContent, Draft202012Validator] | None:
        """Return the output and the validator of its schema; None when it is not right, as the problems then say."""
        entries: Mapping[str, Node] = {"schema": node} if isinstance(node.value, str) else node.entries
        sources = [key for key in ("schema", "python") if key in entries]
        if len(sources) != 1:
            self._problems.add(node, "An output has one of `schema` and `python`.", _HOW)
            return None
        settings: dict[str, Any] = {
            key: entry.to_plain() for key, entry in entries.items() if key not in sources
        }
        before = self._problems.errors
        schema, name = self._read_schema(sources[0], entries[sources[0]])
        if name is not None:
            settings.setdefault("name", name)
        validator = None if schema is None else check_schema(schema, self._problems)
        output = self._make(settings, schema, node)
        if validator is None or output is None or self._problems.errors > before:
            return None
        return output, validator

    def _make(self, settings: Mapping[str, Any], schema: Node | None, node: Node) -> OutputContent | None:
        plain = {} if schema is None else schema.to_plain()
        if not isinstance(plain, dict):
            plain = {}
        try:
            return OutputContent.model_validate({**settings, "json_schema": plain})
        except ValidationError as error:
            add_invalid(error, node, self._problems, known=_KEYS)
            return None

    def _read_schema(self, source: str, node: Node) -> tuple[Node | None, str | None]:
        """Return the schema, and the name of the model that it is of."""
        if source == "python":
            return self._read_model(node)
        if not isinstance(node.value, str):
            return node, None
        try:
            text = self._files.read_text(node.value)
        except FileRefused as error:
            self._problems.add(node, error.message, error.suggestion)
            return None, None
        return read_document(text, node.value, self._problems), None

    def _read_model(self, node: Node) -> tuple[Node | None, str | None]:
        try:
            schema, name = load_schema(str(node.value), self._files)
        except ModelRefused as error:
            place = (node.file, node.line) if error.file is None else (error.file, error.line)
            self._problems.add_at(*place, error.message, error.suggestion)
            return None, None
        return _place_at(schema, node), name


def _place_at(value: Any, place: Node) -> Node:
    """Return a value that was computed as nodes, all of them at one place."""
    if isinstance(value, dict):
        return Node(
            {key: _place_at(entry, place) for key, entry in value.items()}, place.file, place.line, place.line
        )
    if isinstance(value, list | tuple):
        return Node([_place_at(item, place) for item in value], place.file, place.line)
    return Node(value, place.file, place.line)
