"""A draft: a variant made from a registered one rather than from a file. `export` writes it into the file later."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final

from pydantic import ValidationError

from answerable.apps.content import VariantContent
from answerable.apps.files.places import Node, Problems
from answerable.apps.files.prompts import PromptReader, Source
from answerable.apps.files.types import AppFile
from answerable.apps.files.workspace import WorkspaceFiles
from answerable.apps.types import App, Variant
from answerable.core.errors import FieldProblem, InvalidFields, InvalidInput
from answerable.llm.names import split_name

_NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,62}")
_PROMPT: Final = "prompt"
_WRONG = "The draft cannot be registered"


def make_draft(
    app: App, base: Variant, *, name: str, template: str, settings: Mapping[str, Any], files: WorkspaceFiles
) -> AppFile:
    """Return the base with another prompt and other settings (keys of VariantContent), to be handed to `apply`.

    It is checked as a file is, and moves no label. Raises InvalidFields with everything that is wrong.
    """
    problems = _check_name(app, name)
    prompt = base.content.prompt.model_copy(update={"template": template})
    values = {**base.content.model_dump(mode="json"), **settings, "prompt": prompt.model_dump(mode="json")}
    try:
        content = VariantContent.model_validate(values)
    except ValidationError as error:
        raise InvalidFields(_WRONG, [*problems, *_to_problems(error)]) from error
    problems += [*_check_models(content), *_check_prompt(content, files)]
    if problems:
        raise InvalidFields(_WRONG, problems)
    path = files.root / "apps" / f"{app.name}.yaml"
    return AppFile(
        app.name, app.kind, app.description, {}, (Variant(app.name, name, content),), path, app.traces
    )


def suggest_name(app: App) -> str:
    """Return the first of `draft-1`, `draft-2`, ... that is free."""
    number = 1
    while f"draft-{number}" in app.names:
        number += 1
    return f"draft-{number}"


def _check_name(app: App, name: str) -> list[FieldProblem]:
    if not _NAME.fullmatch(name):
        return [FieldProblem("name", "Use lower-case letters, digits, _ and -, at most 63 of them.")]
    if name in app.names:
        return [FieldProblem("name", f"{name!r} is taken; what is registered does not change.")]
    return []


def _to_problems(error: ValidationError) -> list[FieldProblem]:
    return [
        FieldProblem(".".join(map(str, found["loc"])), f"{found['msg']}.")
        for found in error.errors(include_url=False)
    ]


def _check_models(content: VariantContent) -> list[FieldProblem]:
    problems = []
    for name in (name for tier in content.model for name in tier):
        try:
            split_name(name)
        except InvalidInput as error:
            problems.append(FieldProblem("model", error.detail))
    return problems


def _check_prompt(content: VariantContent, files: WorkspaceFiles) -> list[FieldProblem]:
    """Hold the template against what it is given, as `apply` does."""
    found = Problems()
    source = Source(content.prompt.template, _PROMPT, 1)
    nowhere = Node({}, _PROMPT, 1, 1)
    PromptReader(files, found).check(source, content.prompt, content.kind, content.input, nowhere)
    return [
        FieldProblem(f"{one.file}, line {one.line}", f"{one.message} {one.suggestion}".rstrip())
        for one in found.found
        if not one.warning
    ]
