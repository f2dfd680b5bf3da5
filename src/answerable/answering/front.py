"""Every request to every app comes through here: variant, budget, conversation, cache, run, trace.

The one way of HTTP, the command line and the console; what differs between kinds of apps is their runner.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, Mapping
from contextlib import aclosing
from dataclasses import replace
from datetime import datetime

from answerable.access.budgets.reservations import Reservation
from answerable.access.budgets.service import BudgetService
from answerable.access.budgets.types import Spender
from answerable.answering.caching.keys import IndexState
from answerable.answering.caching.service import AnswerCache
from answerable.answering.dialogue import Dialogue
from answerable.answering.estimating import estimate_use
from answerable.answering.restricting import restrict
from answerable.answering.runs import Runner, Work
from answerable.answering.tracing.recorder import RunRecorder
from answerable.answering.types import Answer, AnswerEvent, Caller, DeltaEvent, DoneEvent, RunRequest
from answerable.apps.content import Kind
from answerable.apps.service import AppService
from answerable.core.clock import Clock
from answerable.core.errors import Unavailable
from answerable.feedback.tokens import FeedbackTokens, Subject
from answerable.knowledge.index.search import SearchService
from answerable.knowledge.ingestion.service import IngestionService
from answerable.llm.service import Models
from answerable.traces import conventions as names


class FrontService:
    """Runs apps.

    Raises NotFound (the app, the variant, the collection), RateLimited (a spent budget), and what the app's runner
    raises.
    """

    def __init__(
        self,
        *,
        apps: AppService,
        runners: Mapping[Kind, Runner],
        models: Models,
        search: SearchService,
        ingestion: IngestionService,
        budgets: BudgetService,
        cache: AnswerCache,
        dialogue: Dialogue,
        recorder: RunRecorder,
        clock: Clock,
        feedback_tokens: FeedbackTokens | None = None,
    ) -> None:
        self._apps = apps
        self._runners = runners
        self._models = models
        self._search = search
        self._ingestion = ingestion
        self._budgets = budgets
        self._cache = cache
        self._dialogue = dialogue
        self._recorder = recorder
        self._clock = clock
        self._feedback_tokens = feedback_tokens

    async def run(self, request: RunRequest, caller: Caller) -> Answer:
        """Return the whole answer."""
        answer: Answer | None = None
        async with aclosing(self._events(request, caller, live=False)) as events:
            async for event in events:
                if isinstance(event, DoneEvent):
                    answer = event.answer
        assert answer is not None, "a stream that did not raise ends in a DoneEvent"
        return answer

    async def stream(self, request: RunRequest, caller: Caller) -> AsyncGenerator[AnswerEvent, None]:
        """Yield `sources`? `delta`* `citation`* `done`. Closing it cancels the model call."""
        async with aclosing(self._events(request, caller, live=True)) as events:
            async for event in events:
                yield event

    async def _events(
        self, request: RunRequest, caller: Caller, *, live: bool
    ) -> AsyncGenerator[AnswerEvent, None]:
        request = restrict(request, caller)
        variant = self._apps.get_variant(request.app)
        if request.model is not None:
            variant = variant.with_model(request.model)
        trace_id, spans = self._recorder.begin(request, caller, variant)
        spender = Spender(variant.app, caller.key_id, caller.key_name, caller.user)
        budgeting = spans.step(names.BUDGET)
        with self._budgets.reserve(spender, estimate_use(variant.content, request)) as reservation:
            budgeting.end()
            work = Work(
                request=request,
                caller=caller,
                variant=variant,
                trace_id=trace_id,
                started=self._clock.monotonic(),
                live=live,
                spans=spans,
                label=self._apps.find_label(request.app),
            )
            async with aclosing(self._recorded(work, reservation)) as events:
                async for event in events:
                    yield event

    async def _recorded(self, work: Work, reservation: Reservation) -> AsyncGenerator[AnswerEvent, None]:
        """Run, and whatever the end: count what it used, and leave a trace."""
        began = self._clock.now()
        answer: Answer | None = None
        failure: BaseException | None = None
        kept = True  # unless the conversation is deleted meanwhile: then nothing of it stays
        try:
            turn = await self._dialogue.enter(work)
            async with aclosing(self._cached(work)) as events:
                async for event in events:
                    if isinstance(event, DoneEvent):
                        answer = event.answer
                        reservation.settle(tokens=answer.usage.total, usd=answer.cost_usd)
                        if turn is not None:
                            # Before the last event: whoever has seen it may go on asking.
                            answer, kept = await self._dialogue.note(turn, work, answer)
                        if answer.abstained:
                            answer = replace(answer, ingesting=await self._is_ingesting(work))
                        yield DoneEvent(self._invite_feedback(answer, work, began))
                    else:
                        self._note_progress(work, event)
                        yield event
        except BaseException as error:
            failure = error
            raise
        finally:
            if answer is None:
                _settle_unanswered(reservation, work)
            self._recorder.end(work, began, answer=answer, failure=failure, keep=kept)

    def _invite_feedback(self, answer: Answer, work: Work, began: datetime) -> Answer:
        """Return the answer with the token that feedback on it needs."""
        if self._feedback_tokens is None:
            return answer
        subject = Subject(
            trace_id=work.trace_id,
            span_id=work.spans.root.id,
            app=work.variant.app,
            variant=work.variant.id,
            answered_at=began,
            key_id=work.caller.key_id,
            user=work.caller.user or "",
        )
        return replace(answer, feedback_token=self._feedback_tokens.issue(subject))

    def _note_progress(self, work: Work, event: AnswerEvent) -> None:
        work.begun = True
        if work.live and work.first_text is None and isinstance(event, DeltaEvent):
            work.first_text = self._clock.monotonic()

    async def _cached(self, work: Work) -> AsyncGenerator[AnswerEvent, None]:
        runner = self._runners[work.variant.content.kind]
        origin = self._models.describe_origin(work.variant.content.model_names)
        lookup = work.spans.step(names.CACHE)
        key = await self._cache.find_key(work, index=await self._find_index_state(work), models=origin)
        served = self._cache.serve(
            key,
            lambda: runner.stream(work),
            trace_id=work.trace_id,
            live=work.live,
            fresh=work.request.fresh,
            step=lookup,
        )
        async with aclosing(served) as events:
            async for event in events:
                yield event

    async def _find_index_state(self, work: Work) -> IndexState | None:
        """Return what a `rag` app is about to search, so that no answer outlives a change of its documents."""
        grounding, collection = work.variant.content.grounding, _find_collection(work)
        if grounding is None or collection is None or not work.variant.content.cache.exact:
            return None
        named = grounding.index if collection == grounding.collection else None
        index = await self._search.find_index(collection, named)
        corpus = collection if named is None else f"{collection}/{named}"
        return IndexState(corpus, index.id, index.generation) if index else IndexState(corpus, 0, 0)

    async def _is_ingesting(self, work: Work) -> bool:
        """Return whether an answer may be missing only because its document is still coming in."""
        collection = _find_collection(work)
        if collection is None:
            return False
        try:
            return await self._ingestion.is_ingesting(collection)
        except Unavailable:  # the answer is there: it is not lost for a remark
            return False


def _find_collection(work: Work) -> str | None:
    """Return the collection that a `rag` app searches."""
    grounding = work.variant.content.grounding
    return None if grounding is None else work.request.collection or grounding.collection


def _settle_unanswered(reservation: Reservation, work: Work) -> None:
    """Count a run that failed, or whose reader left: the calls of models that it made; nothing when it made none.

    One whose call is still under way goes on for others who ask the same, and one of them pays.
    """
    meter = work.meter
    if meter.calls and not meter.open:
        reservation.settle(tokens=meter.tokens, usd=meter.cost_usd)
