"""Typed output: a model's text as JSON that fits a schema, or what does not fit, field by field."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from jsonschema_rs import Draft202012Validator, ValidationError, ValidationErrorKind
from pydantic_core import from_json

from answerable.answering.calls import Bill
from answerable.core.errors import CallerError, FieldProblem, InvalidInput

_SHOWN_PROBLEMS = 20
_SHOWN_CHARACTERS = 200


class OutputInvalid(CallerError):  # noqa: N818
    """The model's last word does not fit the schema. `problems` says where, `bill` what the calls came to."""

    status, code, title = 422, "output_invalid", "The model's answer does not fit the schema"

    def __init__(self, detail: str, problems: Sequence[FieldProblem], *, bill: Bill, hint: str) -> None:
        super().__init__(f"{detail}: {' '.join(map(str, problems))}", hint=hint)
        self.problems = tuple(problems)
        self.bill = bill
        self.attempts = tuple(bill.attempts)


@dataclass(frozen=True, slots=True)
class Checked:
    """What a text came to: `data` is the JSON and `text` its text, or `problems` says what is wrong."""

    text: str
    data: Any = None
    problems: tuple[FieldProblem, ...] = ()


class OutputCheck:
    """Holds texts against one schema. Raises InvalidInput when it is not a JSON Schema of draft 2020-12."""

    def __init__(self, schema: Mapping[str, Any]) -> None:
        self._validator = _compile(json.dumps(schema, sort_keys=True))

    def check(self, text: str) -> Checked:
        """Return the JSON of a model's text, or what is wrong with it."""
        text = text.strip()
        try:
            data = from_json(text, allow_inf_nan=False)
            json.dumps(data, allow_nan=False)  # a number such as 1e999 is read as infinity
        except ValueError as error:
            return Checked(text, problems=(FieldProblem("", f"It is not JSON: {error}."),))
        return Checked(text, data, tuple(_list_problems(self._validator, data)))


@lru_cache(maxsize=256)
def _compile(schema: str) -> Draft202012Validator:
    """`offline`: a reference to another address would have the server fetch it."""
    try:
        return Draft202012Validator(json.loads(schema), offline=True, validate_formats=True)
    except (ValidationError, ValueError) as error:
        detail = getattr(error, "message", None) or str(error).partition("\n")[0]
        raise InvalidInput(
            f"The output schema is not a JSON Schema: {detail[:_SHOWN_CHARACTERS]}.",
            hint="Send a JSON Schema of draft 2020-12 without references to other addresses.",
            code="invalid_schema",
        ) from error


def _list_problems(validator: Draft202012Validator, data: Any) -> list[FieldProblem]:
    problems: list[FieldProblem] = []
    for error in validator.iter_errors(data):
        if len(problems) == _SHOWN_PROBLEMS:
            problems.append(FieldProblem("", "There is more that does not fit."))
            break
        problems.append(_to_problem(error))
    return problems


def _to_problem(error: ValidationError) -> FieldProblem:
    path = list(error.instance_path)
    match error.kind:
        case ValidationErrorKind.Required(property=name):
            return FieldProblem(_write_path([*path, name]), "It is missing.")
        case ValidationErrorKind.AdditionalProperties(unexpected=names):
            return FieldProblem(_write_path(path), f"It may not have {', '.join(map(repr, names))}.")
        case ValidationErrorKind.FalseSchema():
            return FieldProblem(_write_path(path), "It holds what the schema does not allow.")
    message = error.message
    shown = message if len(message) <= _SHOWN_CHARACTERS else f"{message[:_SHOWN_CHARACTERS]}..."
    return FieldProblem(_write_path(path), f"{shown}.")


def _write_path(path: Sequence[str | int]) -> str:
    """Write `["lines", 0, "price"]` as `lines[0].price`."""
    written = "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in path)
    return written.removeprefix(".")
