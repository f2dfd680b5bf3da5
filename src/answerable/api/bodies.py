"""What every JSON body and form of our own routes has in common: a field that is not known is refused, and so is a
truth value in the place of a number.

A misspelt one would otherwise count for nothing, and nobody would see it. Clients of OpenAI's API and exporters of
spans send more than we read: their bodies are not of this kind.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Self

from pydantic import BaseModel, ConfigDict, ModelWrapValidatorHandler, ValidationError, model_validator
from pydantic_core import ErrorDetails, InitErrorDetails, PydanticCustomError

from answerable.api.numbers import refuse_truth_values
from answerable.core.closeness import suggest

_UNKNOWN = "extra_forbidden"


class RequestBody(BaseModel):
    model_config = ConfigDict(extra="forbid")

    @model_validator(mode="wrap")
    @classmethod
    def _name_the_nearest(cls, sent: Any, validate: ModelWrapValidatorHandler[Self]) -> Self:
        """Say of each unknown field which known one is the nearest; what else is wrong stays beside it."""
        try:
            return validate(refuse_truth_values(sent, cls.model_fields))
        except ValidationError as error:
            found = error.errors()
            if not any(_is_own(problem) for problem in found):
                raise
            restated = [_restate(problem, cls.model_fields) for problem in found]
        raise ValidationError.from_exception_data(cls.__name__, restated)


def _is_own(problem: ErrorDetails) -> bool:
    """Whether it is an unknown field of this very body; those of a body within it have been named by that."""
    return problem["type"] == _UNKNOWN and len(problem["loc"]) == 1


def _restate(problem: ErrorDetails, known: Iterable[str]) -> InitErrorDetails:
    message = problem["msg"]
    if _is_own(problem):
        nearest = suggest(str(problem["loc"][0]), known) or f"Known: {', '.join(known)}."
        message = f"There is no such field. {nearest}"
    kind = PydanticCustomError(problem["type"], "{message}", {"message": message})
    return InitErrorDetails(type=kind, loc=problem["loc"], input=problem["input"])
