"""The way of a question: variant, search, prompt, model, verification, policy. One path for streamed and whole answers.

No database connection is held while a model is called. Closing the stream closes the model's stream, which cancels
the call.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from dataclasses import dataclass, field
from decimal import Decimal

from answerable.answering.context import fit_hits, to_evidence, to_sources
from answerable.answering.prompt import get_prompt
from answerable.answering.question import Question
from answerable.answering.types import (
    Answer,
    AnswerEvent,
    Citation,
    CitationEvent,
    DeltaEvent,
    DoneEvent,
    SourcesEvent,
)
from answerable.answering.verification.policy import apply_policy, list_unsupported
from answerable.answering.verifiers import Verifiers
from answerable.apps.service import AppService
from answerable.apps.types import Variant
from answerable.core.clock import Clock
from answerable.core.errors import AnswerableError, DeadlineExceeded, SetupError
from answerable.core.ids import new_trace_id
from answerable.knowledge.index.search import SearchService
from answerable.knowledge.types import Groups, Hit
from answerable.llm.abstention import ABSTENTION, is_abstention
from answerable.llm.service import Models
from answerable.llm.types import ChatRequest, ChatResult, Message, TextDelta

MODEL_OF_NOBODY = "none"
"""The model's name in an answer for which no model was called: nothing was found to answer from."""


@dataclass(slots=True)
class _Run:
    """What comes together while one question is answered."""

    question: Question
    variant: Variant
    started: float
    live: bool
    """Whether the text is passed on while the model writes it."""
    trace_id: str = field(default_factory=new_trace_id)
    hits: tuple[Hit, ...] = ()
    text: str = ""
    citations: tuple[Citation, ...] = ()
    model: str = MODEL_OF_NOBODY
    tokens: int = 0
    cost: Decimal | None = Decimal(0)
    abstained: bool = False
    timings: dict[str, float] = field(default_factory=dict)

    def count(self, result: ChatResult) -> None:
        """Add a call's tokens and price; one unknown price makes the whole unknown, never smaller."""
        self.model = result.model
        self.tokens += result.usage.total
        known = self.cost is not None and result.cost_usd is not None
        self.cost = self.cost + result.cost_usd if known else None  # type: ignore[operator]


class AnswerService:
    """Answers questions over a collection, with every sentence checked against what it cites."""

    def __init__(
        self,
        *,
        apps: AppService,
        search: SearchService,
        models: Models,
        verifiers: Verifiers,
        clock: Clock,
    ) -> None:
        self._apps = apps
        self._search = search
        self._models = models
        self._verifiers = verifiers
        self._clock = clock

    async def prepare(self) -> None:
        """Load the models of all apps: no question then waits for an SDK, and a wrong name is known at the start.

        Raises SetupError.
        """
        for app in self._apps.list_apps():
            variant = self._apps.get_variant(app)
            try:
                await asyncio.to_thread(self._models.chat, variant.model)
                await asyncio.to_thread(self._verifiers.get, variant.verifier)
            except AnswerableError as error:
                raise SetupError(f"The app {app!r} cannot answer: {error.detail}", hint=error.hint) from error

    async def ask(self, question: Question, *, groups: Groups) -> Answer:
        """Return the whole answer. Raises what `stream` raises."""
        answer: Answer | None = None
        async with aclosing(self._events(question, groups, live=False)) as events:
            async for event in events:
                if isinstance(event, DoneEvent):
                    answer = event.answer
        assert answer is not None, "a stream that did not raise ends in a DoneEvent"
        return answer

    async def stream(self, question: Question, *, groups: Groups) -> AsyncGenerator[AnswerEvent, None]:
        """Yield `sources`, `delta`*, `citation`*, `done`, as the contract of `POST /ask` says.

        With the policy `keep` the text streams as the model writes it, and the verdicts follow. The other policies may
        change the text, so it is held back until it is checked: no reader sees what the policy would take away.

        Raises NotFound (app, collection), InvalidInput, Unavailable, UpstreamFailed, DeadlineExceeded.
        """
        async with aclosing(self._events(question, groups, live=True)) as events:
            async for event in events:
                yield event

    async def _events(
        self, question: Question, groups: Groups, *, live: bool
    ) -> AsyncGenerator[AnswerEvent, None]:
        variant = self._apps.get_variant(question.app, question.collection)
        run = _Run(question, variant, self._clock.monotonic(), live=live and variant.policy == "keep")
        await self._retrieve(run, groups)
        yield SourcesEvent(run.trace_id, run.hits)
        if not run.hits:
            run.text, run.abstained = ABSTENTION, True
            yield DeltaEvent(run.text)
        else:
            async with aclosing(self._answer(run)) as deltas:
                async for delta in deltas:
                    yield delta
        for citation in run.citations:
            yield CitationEvent(citation)
        yield DoneEvent(self._finish(run))

    async def _retrieve(self, run: _Run, groups: Groups) -> None:
        variant = run.variant
        found = await self._search.search(
            run.question.text, collection=variant.collection, groups=groups, settings=variant.retrieval
        )
        run.hits = fit_hits(found.hits, budget=variant.context_tokens)
        self._note(run, "search")

    async def _answer(self, run: _Run) -> AsyncGenerator[DeltaEvent, None]:
        messages = get_prompt(run.variant.prompt).messages(run.question.text, to_sources(run.hits))
        async with aclosing(self._call(run, messages)) as deltas:
            async for delta in deltas:
                if run.live:
                    yield delta
        self._note(run, "model")
        await self._verify(run)
        if not run.live:
            await self._follow_policy(run, messages)
            yield DeltaEvent(run.text)

    async def _call(self, run: _Run, messages: Sequence[Message]) -> AsyncGenerator[DeltaEvent, None]:
        """Stream one model call; when it is through, `run` holds its text, tokens and price."""
        left = run.variant.deadline - (self._clock.monotonic() - run.started)
        if left <= 0:
            raise DeadlineExceeded(
                "The time for this question is used up.", hint="Raise the app's `deadline`."
            )
        request = ChatRequest(
            messages=tuple(messages),
            max_tokens=run.question.max_tokens,
            temperature=run.variant.temperature,
            deadline=left,
            stream=run.live,
        )
        async with aclosing(self._models.chat(run.variant.model).stream(request)) as parts:
            async for part in parts:
                if isinstance(part, TextDelta):
                    if "first_token" not in run.timings:
                        self._note(run, "first_token")
                    yield DeltaEvent(part.text)
                else:
                    run.text = part.text.strip()
                    run.count(part)

    async def _verify(self, run: _Run) -> None:
        run.abstained = is_abstention(run.text)
        run.citations = ()
        if run.abstained:
            return
        verifier = self._verifiers.get(run.variant.verifier)
        evidence = to_evidence(run.hits)
        language = run.hits[0].language
        run.citations = tuple(await verifier.verify(run.text, evidence, language=language))
        self._note(run, "verify")

    async def _follow_policy(self, run: _Run, messages: Sequence[Message]) -> None:
        faults = list_unsupported(run.citations)
        if faults and run.variant.policy == "repair":
            again = [*messages, *get_prompt(run.variant.prompt).repair(run.text, faults)]
            async with aclosing(self._call(run, again)) as deltas:
                async for _ in deltas:
                    pass
            self._note(run, "repair")
            await self._verify(run)
        text = apply_policy(run.variant.policy, run.text, run.citations)
        if text != run.text:
            run.text = text
            await self._verify(run)

    def _note(self, run: _Run, step: str) -> None:
        """Note how many milliseconds after its start the run came to the end of a step."""
        run.timings[step] = round((self._clock.monotonic() - run.started) * 1000, 2)

    def _finish(self, run: _Run) -> Answer:
        self._note(run, "total")
        return Answer(
            answer=run.text,
            sources=run.hits,
            citations=run.citations,
            tokens_used=run.tokens,
            cost_usd=run.cost,
            trace_id=run.trace_id,
            app=run.variant.app,
            variant=run.variant.id,
            model=run.model,
            abstained=run.abstained,
            verdict_counts=dict(Counter(citation.verdict for citation in run.citations)),
            timings_ms=run.timings,
        )
