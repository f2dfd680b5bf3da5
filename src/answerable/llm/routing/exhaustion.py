"""The error of a call that no model answered."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from answerable.core.errors import (
    AnswerableError,
    CallerError,
    DeadlineExceeded,
    SetupError,
    Unavailable,
    UpstreamFailed,
)
from answerable.llm.routing.call import SKIPPED, Failure
from answerable.llm.routing.deployment import Deployment

ALL_FAILED = "all_models_failed"


def explain_exhaustion(failures: Sequence[Failure], skipped: Iterable[Deployment]) -> AnswerableError:
    """Return the error: the one of the only model that was tried, else one that names all of them.

    What every model refused for the caller's sake is the caller's error.
    When waiting may help it is an Unavailable with the shortest wait that any of them asks for.
    """
    errors: dict[str, AnswerableError] = {deployment.name: _resting(deployment) for deployment in skipped}
    errors |= {failure.deployment.name: failure.error for failure in failures}
    first = next(iter(errors.values()))
    if len(errors) == 1 or all(isinstance(error, CallerError) for error in errors.values()):
        return first
    told = " ".join(_name(name, error) for name, error in errors.items())
    detail = f"None of {len(errors)} models answered. {told}"
    if failures and failures[-1].last:
        return DeadlineExceeded(detail, hint=failures[-1].error.hint)
    return _summarise(detail, list(errors.values()))


def _summarise(detail: str, errors: Sequence[AnswerableError]) -> AnswerableError:
    codes = {error.code for error in errors}
    code = codes.pop() if len(codes) == 1 else ALL_FAILED
    hint = next((error.hint for error in errors if error.hint), None)
    waits = [error.retry_after for error in errors if isinstance(error, Unavailable)]
    if waits:
        return Unavailable(detail, retry_after=min(waits), hint=hint, code=code)
    for kind in (DeadlineExceeded, SetupError):
        if all(isinstance(error, kind) for error in errors):
            return kind(detail, hint=hint, code=code)
    return UpstreamFailed(detail, hint=hint, code=code)


def _resting(deployment: Deployment) -> Unavailable:
    """Return the error of a model that was not asked, with what it failed of last."""
    wait = max(1.0, deployment.breaker.get_rest())
    last = deployment.record.last_error
    cause = f" Last: {last}" if last else ""
    return Unavailable(
        f"{deployment.name} failed too often just now and is left alone for {wait:.0f} s.{cause}",
        retry_after=wait,
        hint=f"Try again in {wait:.0f} s, or give the app a second model to fall back on.",
        code=SKIPPED,
    )


def _name(name: str, error: AnswerableError) -> str:
    """Return what went wrong with a model, with its name once."""
    return error.detail if name in error.detail else f"{name}: {error.detail}"
