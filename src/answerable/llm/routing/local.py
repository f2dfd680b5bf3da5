"""Models of this process, and models that cannot be used, as single models among the others."""

from __future__ import annotations

from collections.abc import AsyncGenerator

from answerable.core.errors import AnswerableError, DeadlineExceeded, SetupError, UpstreamFailed
from answerable.llm.routing.types import Trouble
from answerable.llm.types import ChatModel, ChatRequest, ChatResult, TextDelta


class LocalModel:
    """A chat model of this process; it has no network to fall silent, so its request's deadline is bound enough."""

    def __init__(self, model: ChatModel) -> None:
        self.name = model.name
        self._model = model

    def stream(
        self, request: ChatRequest, *, first_token: float = 60.0, stall: float = 30.0
    ) -> AsyncGenerator[TextDelta | ChatResult, None]:
        """Yield what the model yields."""
        del first_token, stall
        return self._model.stream(request)


class UnusableModel:
    """Stands for a model whose settings lack something: it fails with the reason, and the next one is asked."""

    def __init__(self, name: str, reason: AnswerableError) -> None:
        self.name = name
        self._reason = reason

    async def stream(
        self, request: ChatRequest, *, first_token: float = 60.0, stall: float = 30.0
    ) -> AsyncGenerator[TextDelta | ChatResult, None]:
        """Raise SetupError."""
        del request, first_token, stall
        raise SetupError(self._reason.detail, hint=self._reason.hint)
        yield  # a generator, as the protocol wants it


def explain_local(error: Exception, name: str) -> Trouble:
    """Return what a failure of a local model means: one that ran out of time may do better the next time."""
    if isinstance(error, AnswerableError):
        return Trouble(error, "timeout" if isinstance(error, DeadlineExceeded) else None)
    return Trouble(UpstreamFailed(f"{name} failed: {type(error).__name__}: {error}"))
