"""A chat model that is many: tried, retried, hedged and replaced as a plan says."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import aclosing

from answerable.core.errors import AnswerableError
from answerable.llm.policy import CallPolicy
from answerable.llm.routing.attempt import stream_once
from answerable.llm.routing.call import Call, TryFailed
from answerable.llm.routing.course import Course, Tiers
from answerable.llm.routing.deployment import Deployment
from answerable.llm.routing.exhaustion import explain_exhaustion
from answerable.llm.routing.hedging import stream_hedged
from answerable.llm.routing.types import CallPlan
from answerable.llm.types import ChatRequest, ChatResult, TextDelta

_LEAST_TIMES = 20
"""Answers that must have been timed before a wait counts as unusual."""


class RoutedModel:
    """Implements `answerable.llm.types.ChatModel`.

    Another try, with the same model or another one, is made only before the first token: text that a user has seen
    is never said twice, and half an answer of one model is never finished by another.
    """

    def __init__(self, plan: CallPlan, tiers: Tiers, policy: CallPolicy) -> None:
        self.name = tiers[0][0].name
        self.plan = plan
        self._tiers = tiers
        self._policy = policy

    async def stream(self, request: ChatRequest) -> AsyncGenerator[TextDelta | ChatResult, None]:
        """Yield the text as it comes and, last, the result with all attempts. See the protocol for errors.

        An error carries the attempts too.
        """
        call = Call(request, self.plan, self._policy)
        course = Course(self._tiers, call)
        while (deployment := await course.find_next()) is not None:
            begun = False
            try:
                async with aclosing(self._open(deployment, course, call)) as events:
                    async for event in events:
                        begun = True
                        yield call.complete(event) if isinstance(event, ChatResult) else event
                return
            except TryFailed as failed:
                if begun:
                    raise _finished(failed.failures[0].error, call) from failed.__cause__
                if not course.fail(failed.failures):
                    break
        raise _finished(explain_exhaustion(course.failures, course.skipped.values()), call)

    def _open(
        self, deployment: Deployment, course: Course, call: Call
    ) -> AsyncGenerator[TextDelta | ChatResult, None]:
        first = stream_once(deployment, call, course.get_bounds())
        if not self.plan.hedge or call.hedged:
            return first
        usual = deployment.record.find_usual_wait(streamed=call.request.stream, least=_LEAST_TIMES)
        if usual is None:
            return first

        def open_second() -> AsyncGenerator[TextDelta | ChatResult, None] | None:
            other = course.find_hedge()
            if other is None:
                return None
            call.hedged = True
            return stream_once(other, call, course.get_bounds(), hedge=True)

        return stream_hedged(first, open_second, after=usual)


def _finished(error: AnswerableError, call: Call) -> AnswerableError:
    error.attempts = call.list_attempts()
    return error
