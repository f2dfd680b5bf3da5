"""`datasets/*.yaml`: the format of Pydantic Evals. JSON in the same words is YAML too."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import yaml

from answerable.core.closeness import suggest
from answerable.core.errors import InvalidInput
from answerable.datasets.cases import read_case
from answerable.datasets.content import MAX_BYTES
from answerable.datasets.importing.lines import open_file
from answerable.datasets.importing.types import ImportOptions
from answerable.datasets.types import Row
from answerable.datasets.yaml_text import read_entries

_KNOWN = ("name", "cases", "evaluators", "report_evaluators")
_PASSED_OVER = ("$schema", "name", "evaluators", "report_evaluators", "cases")


def read_yaml(path: Path, _: ImportOptions) -> Iterator[Row]:
    """Yield an example of each case."""
    number = 0
    try:
        with open_file(path) as file:
            for name, line, value in read_entries(file, key="cases"):
                if name == "cases" and value is not None:
                    number += 1
                    yield _read(f"line {line} (case {number})", value)
                elif name not in _PASSED_OVER:
                    yield Row(
                        f"line {line}", problem=f"There is no {name!r} in a dataset. {suggest(name, _KNOWN)}"
                    )
    except (yaml.YAMLError, RecursionError, ValueError) as error:
        raise _refuse(path, error) from error


def _read(place: str, value: object) -> Row:
    try:
        return Row(place, read_case(value))
    except InvalidInput as error:
        return Row(place, problem=" ".join(filter(None, [error.detail, error.hint])))


def _refuse(path: Path, error: Exception) -> InvalidInput:
    problem, line = str(error).partition("\n")[0], None
    if isinstance(error, yaml.MarkedYAMLError):
        mark = error.problem_mark or error.context_mark
        problem, line = str(error.problem), None if mark is None else mark.line + 1
    where = "" if line is None else f", line {line}"
    return InvalidInput(
        f"{path.name}{where}: it is not valid YAML: {problem}.",
        hint=f"Save it as UTF-8; an example has at most {MAX_BYTES:,} bytes.",
        code="invalid_file",
    )
