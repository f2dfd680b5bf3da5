"""The errors of Answerable, grouped by who must act.

AnswerableError
├── CallerError          the caller must change the request
│   ├── InvalidInput     what was sent is not acceptable             (422)
│   │   └── InvalidFields    several fields of it; carries `problems`
│   ├── TooLarge         what was sent is over a bound               (413)
│   ├── Unauthenticated  no key, or a wrong or revoked one           (401)
│   ├── Forbidden        the key may not do this                     (403)
│   ├── NotFound         the thing named is not there                (404)
│   ├── Conflict         the thing named is in another state         (409)
│   └── RateLimited      too many requests; carries `retry_after`    (429)
└── ServiceError         the operator or the provider must act
    ├── Unavailable      a part is away for now; carries `retry_after` (503)
    ├── UpstreamFailed   a provider answered with an error           (502)
    ├── DeadlineExceeded the time for the request is used up         (504)
    └── SetupError       the workspace or its settings are wrong; refuses to start (500)
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class FieldProblem:
    """What is wrong with one field, and what it accepts. `at` is its path: `lines[0].price`, or empty for the whole."""

    at: str
    problem: str

    def __str__(self) -> str:
        return f"{self.at}: {self.problem}" if self.at else self.problem


class AnswerableError(Exception):
    """An error that a user may read.

    `detail` says what was wrong with this very request, `hint` what to do about it, and `code` is stable:
    programs may compare it. Nothing secret goes in either text. `attempts` are the tries (`llm.types.Attempt`) of
    the model call that ended in it, where one did, and `trace_id` is the trace that was recorded of the run.
    """

    status = 500
    code = "error"
    title = "Something went wrong"
    attempts: tuple[object, ...] = ()
    trace_id: str | None = None

    def __init__(self, detail: str, *, hint: str | None = None, code: str | None = None) -> None:
        super().__init__(detail if hint is None else f"{detail} {hint}")
        self.detail = detail
        self.hint = hint
        if code is not None:
            self.code = code


class CallerError(AnswerableError):
    """The caller must change the request. `problems` says in which fields of it, where that is known."""

    problems: tuple[FieldProblem, ...] = ()

    def name_field(self, at: str) -> None:
        """Say which field was meant: to people in `detail`, to programs in `problems`."""
        problem = FieldProblem(at, self.detail)
        self.problems = (problem,)
        self.detail = str(problem)
        self.args = (self.detail if self.hint is None else f"{self.detail} {self.hint}",)


class InvalidInput(CallerError):  # noqa: N818
    status, code, title = 422, "invalid_input", "The request is not acceptable"


class InvalidFields(InvalidInput):
    """Every field that is wrong, at once."""

    def __init__(
        self,
        detail: str,
        problems: Sequence[FieldProblem],
        *,
        hint: str | None = None,
        code: str | None = None,
    ) -> None:
        super().__init__(f"{detail}: {' '.join(map(str, problems))}", hint=hint, code=code)
        self.summary = detail
        self.problems = tuple(problems)


class TooLarge(CallerError):  # noqa: N818
    status, code, title = 413, "too_large", "The request is too large"


class Unauthenticated(CallerError):  # noqa: N818
    status, code, title = 401, "unauthenticated", "A valid API key is needed"


class Forbidden(CallerError):  # noqa: N818
    status, code, title = 403, "forbidden", "This key may not do that"


class NotFound(CallerError):  # noqa: N818
    status, code, title = 404, "not_found", "There is no such thing"


class Conflict(CallerError):  # noqa: N818
    status, code, title = 409, "conflict", "The thing is in another state"


class RateLimited(CallerError):  # noqa: N818
    status, code, title = 429, "rate_limited", "Too many requests"

    def __init__(
        self, detail: str, *, retry_after: float, hint: str | None = None, code: str | None = None
    ) -> None:
        super().__init__(detail, hint=hint, code=code)
        self.retry_after = retry_after


class ServiceError(AnswerableError):
    """The operator or the provider must act."""


class Unavailable(ServiceError):  # noqa: N818
    status, code, title = 503, "unavailable", "A part of the service is away for now"

    def __init__(
        self, detail: str, *, retry_after: float = 1.0, hint: str | None = None, code: str | None = None
    ) -> None:
        super().__init__(detail, hint=hint, code=code)
        self.retry_after = retry_after


class UpstreamFailed(ServiceError):  # noqa: N818
    status, code, title = 502, "upstream_failed", "The model provider failed"


class DeadlineExceeded(ServiceError):  # noqa: N818
    status, code, title = 504, "deadline_exceeded", "The time for this request is used up"


class SetupError(ServiceError):
    status, code, title = 500, "setup_error", "The workspace or its settings are wrong"
