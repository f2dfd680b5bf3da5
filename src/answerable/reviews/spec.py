"""A queue as a reader writes it: YAML or JSON, checked as a whole before anything is done."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final, Literal, Self

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from answerable.core.closeness import suggest
from answerable.core.errors import FieldProblem, InvalidFields, InvalidInput
from answerable.reviews.labels import Label, Option, check_together
from answerable.reviews.rules import Conditions, Disagreement, First, Quota, Rule, Selector, Slice

INVALID: Final = "invalid_queue"


class QueueSpec(BaseModel):
    """What makes a queue.

    `annotators` is how many different people label each item. With `blind` they see neither what others said of it
    (labels, thumbs, scores) nor which variant answered. `gold_share` is the share of questions whose answer is known.
    `settle`: an item is decided when all annotators agree, or most of them; else it goes to an adjudicator.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str = Field(pattern=r"^[a-z0-9][a-z0-9_-]{0,62}$")
    description: str = Field("", max_length=1000)
    rule: Rule | None = Field(None, description="without one, items come by import alone")
    labels: tuple[Label, ...] = Field(min_length=1, max_length=20)
    annotators: int = Field(1, ge=1, le=10)
    blind: bool = False
    gold_share: float = Field(0.0, ge=0, le=0.5)
    lock_minutes: float = Field(15, gt=0, le=1440)
    settle: Literal["unanimous", "majority"] = "unanimous"
    dataset: str | None = Field(
        None,
        pattern=r"^[a-z0-9][a-z0-9_-]{0,62}$",
        description="where examples go; else one of the queue's name",
    )

    @property
    def examples_go_to(self) -> str:
        return self.dataset or self.name

    @model_validator(mode="after")
    def _check(self) -> Self:
        check_together(self.labels)
        return self


_KEYS: Final = sorted(
    {
        name
        for model in (QueueSpec, Conditions, Selector, Disagreement, First, Slice, Quota, Rule, Label, Option)
        for name in model.model_fields
    }
)


def read_spec(values: object) -> QueueSpec:
    """Return the queue that plain data describes. Raises InvalidFields with everything that is wrong."""
    try:
        spec = QueueSpec.model_validate(values)
    except ValidationError as error:
        problems = list(_list_problems(error))
        raise InvalidFields(
            "The queue is not acceptable",
            problems,
            hint="Nothing was done. Correct the named fields; the guide on review lists them.",
            code=INVALID,
        ) from error
    if "\\u0000" in spec.model_dump_json():
        raise InvalidInput(
            "The queue holds the character NUL, which cannot be stored.",
            hint="Take it out; nothing was done.",
            code=INVALID,
        )
    return spec


def read_spec_file(path: Path) -> QueueSpec:
    """Read a queue from a YAML or JSON file. Raises InvalidInput, with the line where it is no YAML."""
    try:
        text = path.read_text(encoding="utf-8")
    except OSError as error:
        raise InvalidInput(
            f"{path} cannot be read: {error.strerror}.", hint="Name a file that is there."
        ) from error
    except UnicodeDecodeError as error:
        raise InvalidInput(f"{path} is not a text in UTF-8.", hint="Mend the file.", code=INVALID) from error
    return read_spec_text(text, name=str(path))


def read_spec_text(text: str, *, name: str = "line") -> QueueSpec:
    """Read a queue from YAML or JSON; `name` is what it is called in errors. Raises InvalidInput."""
    try:
        values = yaml.safe_load(text)
    except yaml.YAMLError as error:
        place = getattr(error, "problem_mark", None)
        line = "" if place is None else f":{place.line + 1}"
        why = getattr(error, "problem", None) or "it cannot be read"
        raise InvalidInput(f"{name}{line}: not valid YAML: {why}.", hint="Mend it.", code=INVALID) from error
    if not isinstance(values, Mapping):
        raise InvalidInput(
            f"{name} holds no queue.", hint="Begin with `name: ...` and `labels:`.", code=INVALID
        )
    return read_spec(values)


def _list_problems(error: ValidationError) -> Iterator[FieldProblem]:
    for found in error.errors(include_url=False):
        at = _write_place(found["loc"])
        if found["type"] == "extra_forbidden":
            name = str(found["loc"][-1])
            known = suggest(name, (key for key in _KEYS if key != name))  # it may be a key elsewhere
            yield FieldProblem(at, f"there is no such key. {known}".rstrip())
            continue
        message = str(found["msg"]).removeprefix("Value error, ").removeprefix("Input ").rstrip(".")
        yield FieldProblem(at, f"{message}{_describe(found.get('input'))}.")


def _write_place(loc: tuple[Any, ...]) -> str:
    """Return `rule.any[0].random` for the steps to a field."""
    text = ""
    for step in loc:
        text += f"[{step}]" if isinstance(step, int) else f".{step}" if text else str(step)
    return text


def _describe(value: Any) -> str:
    return f", not {value!r}" if isinstance(value, str | int | float | bool) and len(str(value)) < 60 else ""
