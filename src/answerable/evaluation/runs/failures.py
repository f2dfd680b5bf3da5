"""What the failure of a target means for its run."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from answerable.core.errors import AnswerableError, NotFound, RateLimited, ServiceError, SetupError

_ENDING: Final = (NotFound, RateLimited, SetupError)
"""Would come for every example alike: no such app or collection, a spent budget, a faulty set-up."""
_PASSING: Final = (ServiceError, TimeoutError, ConnectionError)
"""May be gone another time: then the example is asked again."""
_LONGEST: Final = 4_000


@dataclass(frozen=True, slots=True)
class Failure:
    """Why a target gave nothing. A `passing` one is tried again when its run goes on; one that `ends` the run stops it
    there."""

    text: str
    passing: bool = False
    ends: bool = False


def read_failure(error: BaseException) -> Failure:
    """Say what an error means."""
    text = _describe(error)[:_LONGEST]
    return Failure(text, passing=isinstance(error, _PASSING), ends=isinstance(error, _ENDING))


def _describe(error: BaseException) -> str:
    if isinstance(error, AnswerableError):
        return f"{error.detail} {error.hint}" if error.hint else error.detail
    said = str(error).strip()
    return f"{type(error).__name__}: {said}" if said else type(error).__name__
