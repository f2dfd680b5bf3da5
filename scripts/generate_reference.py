"""Write docs/reference from the code: the commands, the settings, the HTTP routes and error codes.

`python scripts/generate_reference.py` writes the pages; a test compares them with what it would write.
"""

from __future__ import annotations

import inspect
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any, get_args, get_origin

import typer.main
from pydantic import BaseModel
from pydantic_core import PydanticUndefined

from answerable.api.app import create_openapi
from answerable.cli.main import app
from answerable.core import errors
from answerable.settings import Settings

FOLDER = Path(__file__).parent.parent / "docs" / "reference"
NOTE = "<!-- Written by `make docs`; edit the code instead. -->\n"


def pages() -> dict[str, str]:
    """Return each page's text by its file name."""
    return {
        "cli.md": "\n".join(_cli_page()),
        "settings.md": "\n".join(_settings_page()),
        "http.md": "\n".join(_http_page()),
    }


def _cli_page() -> Iterator[str]:
    yield "# Commands\n"
    yield NOTE
    yield "Exit status: 0 fine, 1 the thing failed, 2 wrong usage, 3 inconclusive.\n"
    root: Any = typer.main.get_command(app)
    context = root.make_context("answerable", [], resilient_parsing=True)
    yield from _commands(root, context)


def _commands(command: Any, context: Any) -> Iterator[str]:
    for name in command.list_commands(context):
        listed = command.get_command(context, name)
        inner = listed.make_context(name, [], parent=context, resilient_parsing=True)
        child = inner.command  # what is listed is only a stand-in for it
        yield f"## `{inner.command_path}`\n"
        yield f"{inspect.cleandoc(child.help or '')}\n"
        if hasattr(child, "list_commands"):
            yield from _commands(child, inner)
        else:
            yield f"```\n{' '.join([inner.command_path, *child.collect_usage_pieces(inner)])}\n```\n"
            yield from _parameters(child, inner)


def _parameters(command: Any, context: Any) -> Iterator[str]:
    rows = [
        record for parameter in command.get_params(context) if (record := parameter.get_help_record(context))
    ]
    if rows:
        yield "| | |\n|---|---|"
        for names, text in rows:
            yield f"| `{names}` | {text.replace('|', '/')} |"
        yield ""


def _settings_page() -> Iterator[str]:
    yield "# Settings\n"
    yield NOTE
    yield inspect.cleandoc(inspect.getmodule(Settings).__doc__ or "") + "\n"
    yield from _fields(Settings, prefix="")


def _fields(model: type[BaseModel], *, prefix: str) -> Iterator[str]:
    sections: list[tuple[str, type[BaseModel]]] = []
    yield "| setting | type | default | |\n|---|---|---|---|"
    for attribute, field in model.model_fields.items():
        name = field.alias or attribute
        inner = _inner_model(field.annotation)
        if inner is not None:
            sections.append((f"{prefix}{name}{'.NAME' if 'dict' in str(field.annotation) else ''}", inner))
            continue
        default = "" if field.default is PydanticUndefined else f"`{field.default}`"
        kind = (
            str(_without_metadata(field.annotation))
            .replace("<class '", "")
            .replace("'>", "")
            .replace("pydantic.types.", "")
        )
        kind = (
            kind.replace("pathlib._local.", "")
            .replace("pathlib.", "")
            .replace("|", "or")
            .replace("typing.", "")
        )
        yield f"| `{prefix}{name}` | {kind} | {default} | {field.description or ''} |"
    yield ""
    for title, inner in sections:
        yield f"## `[{title}]`\n"
        if inner.__doc__ and not inner.__doc__.startswith("!!!"):
            yield inspect.cleandoc(inner.__doc__) + "\n"
        yield from _fields(inner, prefix=f"{title}.")


def _without_metadata(annotation: Any) -> Any:
    """Return the type without what `Annotated` says of the elements of a tuple or the values of a dictionary."""
    if get_origin(annotation) is Annotated:
        return get_args(annotation)[0]
    if get_origin(annotation) is tuple:
        return tuple.__class_getitem__(tuple(map(_without_metadata, get_args(annotation))))
    if get_origin(annotation) is dict:
        return dict.__class_getitem__(tuple(map(_without_metadata, get_args(annotation))))
    return annotation


def _inner_model(annotation: Any) -> type[BaseModel] | None:
    candidates = [annotation, *getattr(annotation, "__args__", ())]
    return next((c for c in candidates if inspect.isclass(c) and issubclass(c, BaseModel)), None)


def _http_page() -> Iterator[str]:
    yield "# HTTP\n"
    yield NOTE
    yield "The schema, with examples, is served at `/openapi.json`.\n"
    yield "| route | |\n|---|---|"
    for path, methods in create_openapi()["paths"].items():
        for method, operation in methods.items():
            text = (operation.get("description") or operation.get("summary") or "").split("\n")[0]
            yield f"| `{method.upper()} {path}` | {text} |"
    yield "\n## Errors\n"
    yield "Every error is a problem document (RFC 9457) with a stable `code` and a `hint`.\n"
    yield "| code | status | |\n|---|---|---|"
    for error in _leaf_errors(errors.AnswerableError):
        yield f"| `{error.code}` | {error.status} | {error.title} |"
    yield ""


def _leaf_errors(base: type[errors.AnswerableError]) -> Iterator[type[errors.AnswerableError]]:
    for child in base.__subclasses__():
        if child.__module__ == errors.__name__:
            inner = list(_leaf_errors(child))
            yield from inner or [child]


def main() -> None:
    FOLDER.mkdir(parents=True, exist_ok=True)
    for name, text in pages().items():
        (FOLDER / name).write_text(text, encoding="utf-8")
        print(f"wrote docs/reference/{name}")


if __name__ == "__main__":
    main()
