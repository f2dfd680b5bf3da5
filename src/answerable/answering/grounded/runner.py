"""The way of a question through a `rag` app: search, prompt, model, verification, policy.

No database connection is held while a model is called. Closing the stream closes the model's stream, which cancels
the call.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from dataclasses import dataclass, field

from answerable.answering.calls import Bill, to_plan
from answerable.answering.follow_up.history import fit_history
from answerable.answering.follow_up.rewriting import rewrite
from answerable.answering.grounded.context import fit_hits, to_evidence, to_sources
from answerable.answering.grounded.prompt import GroundedPrompt
from answerable.answering.metering import MeteredCall, MeteredModel
from answerable.answering.question import clean_question
from answerable.answering.runs import Work
from answerable.answering.tracing.models import trace_model
from answerable.answering.tracing.steps import describe_prompt, describe_verdicts, note_retrieval
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
from answerable.apps.content import Grounding
from answerable.apps.retrieval import make_settings
from answerable.core.clock import Clock
from answerable.core.errors import DeadlineExceeded, InvalidInput
from answerable.knowledge.index.search import SearchService
from answerable.knowledge.types import Hit
from answerable.llm.abstention import ABSTENTION, is_abstention
from answerable.llm.names import LOCAL
from answerable.llm.service import Models
from answerable.llm.types import ChatModel, ChatRequest, Message, TextDelta
from answerable.traces import conventions as names
from answerable.traces.joining import current
from answerable.traces.recorder import Step

MODEL_OF_NOBODY = "none"
"""The model's name in an answer for which no model was called: nothing was found to answer from."""

_LEAST_JUDGEMENT = 0.1
"""Seconds that a judge gets when no time is left."""


@dataclass(slots=True)
class _Run:
    """What comes together while one question is answered."""

    work: Work
    question: str
    grounding: Grounding
    live: bool
    """Whether the text is passed on while the model writes it."""
    bill: Bill = field(default_factory=Bill)
    hits: tuple[Hit, ...] = ()
    text: str = ""
    citations: tuple[Citation, ...] = ()
    abstained: bool = False
    timings: dict[str, float] = field(default_factory=dict)
    parent: Step | None = None
    """The step that the next ones are part of; None: the run itself."""

    def step(self, name: str) -> Step:
        return self.work.spans.step(name, parent=self.parent)

    def trace(self, model: ChatModel) -> ChatModel:
        return trace_model(model, self.work.spans, self.parent)


class GroundedRunner:
    """Implements `answerable.answering.runs.Runner` for `rag` apps: every sentence checked against what it cites.

    With the policy `keep` the text streams as the model writes it, and the verdicts follow. The other policies may
    change the text, so it is held back until it is checked: no reader sees what the policy would take away.
    """

    def __init__(self, *, search: SearchService, models: Models, verifiers: Verifiers, clock: Clock) -> None:
        self._search = search
        self._models = models
        self._verifiers = verifiers
        self._clock = clock

    async def stream(self, work: Work) -> AsyncGenerator[AnswerEvent, None]:
        """Yield `sources`, `delta`*, `citation`*, `done`, as the contract of `POST /ask` says.

        Raises NotFound (the collection), InvalidInput, Unavailable, UpstreamFailed, DeadlineExceeded.
        """
        grounding = work.variant.content.grounding or Grounding()
        run = _Run(work, get_question(work), grounding, live=work.live and grounding.policy == "keep")
        await self._stand_alone(run)
        await self._retrieve(run)
        yield SourcesEvent(work.trace_id, run.hits)
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

    async def _stand_alone(self, run: _Run) -> None:
        """Have a follow-up mean the same without what was said before; an offline model's by rule."""
        work, content = run.work, run.work.variant.content
        if not work.history and len(work.request.messages) > 1:
            work.history = fit_history(
                [message for message in work.request.messages[:-1] if message.role != "system"],
                budget=content.history.tokens,
            )
        if not work.history:
            return
        with run.step(names.REWRITE) as step:
            offline = all(name.startswith(f"{LOCAL}:") for tier in content.model for name in tier)
            model = None if offline else await self._models.load(to_plan(content))
            standing = await rewrite(
                run.question,
                work.history,
                model=None if model is None else self._meter(run, trace_model(model, work.spans, step)),
                deadline=min(10.0, content.resilience.deadline / 4),
            )
            step.set({names.REWRITTEN: standing.changed, names.RETRIEVAL_QUERY: standing.question})
        run.question = work.searched_for = standing.question
        self._note(run, "rewrite")

    async def _retrieve(self, run: _Run) -> None:
        chosen, work = run.grounding, run.work
        collection = work.request.collection or chosen.collection
        with run.step(names.RETRIEVAL) as step, current(work.spans, step):
            found = await self._search.search(
                run.question,
                collection=collection,
                index=chosen.index if collection == chosen.collection else None,
                groups=work.caller.groups,
                settings=make_settings(chosen),
            )
            run.hits = fit_hits(found.hits, budget=chosen.context_tokens)
            note_retrieval(
                work.spans, step, found, query=run.question, collection=collection, kept=len(run.hits)
            )
        self._note(run, "search")

    async def _answer(self, run: _Run) -> AsyncGenerator[DeltaEvent, None]:
        with run.step(names.PROMPT) as step:
            prompt = GroundedPrompt(run.work.variant.content.prompt)
            system, user = prompt.messages(run.question, to_sources(run.hits))
            messages = (system, *run.work.history, user)
            step.set(describe_prompt(messages))
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
        work, content, request = run.work, run.work.variant.content, run.work.request
        left = self._get_seconds_left(run)
        if left <= 0:
            raise DeadlineExceeded(
                "The time for this question is used up.", hint="Raise the app's `deadline`."
            )
        asked = ChatRequest(
            messages=tuple(messages),
            max_tokens=request.max_tokens or content.max_tokens,
            temperature=content.temperature if request.temperature is None else request.temperature,
            deadline=left,
            stream=run.live,
            top_p=request.top_p,
            stop=request.stop,
            seed=request.seed,
        )
        model = run.trace(await self._models.load(to_plan(content)))
        async with MeteredCall(work.meter, model, asked, self._models.find_cost) as call:
            async for part in call.parts:
                call.hear(part)
                if isinstance(part, TextDelta):
                    if "first_token" not in run.timings:
                        self._note(run, "first_token")
                    yield DeltaEvent(part.text)
                else:
                    run.text = part.text.strip()
                    run.bill.add(part)

    def _meter(self, run: _Run, model: ChatModel) -> ChatModel:
        """Return the model as one whose calls are on the answer's bill, though they do not write it."""
        return MeteredModel(model, run.work.meter, self._models.find_cost, run.bill.add_aside)

    async def _verify(self, run: _Run) -> None:
        run.abstained = is_abstention(run.text)
        run.citations = ()
        if run.abstained:
            return
        name, spans = run.grounding.verifier, run.work.spans
        with run.step(names.VERIFICATION) as step, current(spans, step):
            verifier = self._verifiers.get(
                name,
                wrap=lambda model: self._meter(run, trace_model(model, spans, step)),
                # An answer that took all the time is given all the same: its sentences are `unchecked`.
                deadline=max(self._get_seconds_left(run), _LEAST_JUDGEMENT),
            )
            evidence = to_evidence(run.hits)
            language = run.hits[0].language
            run.citations = tuple(await verifier.verify(run.text, evidence, language=language))
            step.set({names.VERIFIER: name, **describe_verdicts(run.citations)})
        self._note(run, "verify")

    async def _follow_policy(self, run: _Run, messages: Sequence[Message]) -> None:
        policy, said = run.grounding.policy, run.text
        if policy == "keep":
            return
        with run.step(names.POLICY) as step:
            run.parent = step
            faults = list_unsupported(run.citations)
            if faults and policy == "repair":
                await self._repair(run, messages, faults)
            text = apply_policy(policy, run.text, run.citations)
            if text != run.text:
                run.work.raw.append(run.text)
                run.text = text
                await self._verify(run)
            step.set({names.POLICY_NAME: policy, names.POLICY_CHANGED: run.text != said})
        run.parent = None

    async def _repair(self, run: _Run, messages: Sequence[Message], faults: Sequence[Citation]) -> None:
        """Have the model answer once more, told what was not supported."""
        run.work.raw.append(run.text)
        prompt = GroundedPrompt(run.work.variant.content.prompt)
        again = [*messages, *prompt.repair(run.text, faults)]
        with run.step(names.REPAIR) as step:
            outer, run.parent = run.parent, step
            async with aclosing(self._call(run, again)) as deltas:
                async for _ in deltas:
                    pass
            self._note(run, "repair")
            await self._verify(run)
            run.parent = outer

    def _get_seconds_left(self, run: _Run) -> float:
        """Return what is left of the app's deadline; negative when it has passed."""
        passed = self._clock.monotonic() - run.work.started
        return run.work.variant.content.resilience.deadline - passed

    def _note(self, run: _Run, step: str) -> None:
        """Note how many milliseconds after its start the run came to the end of a step."""
        run.timings[step] = round((self._clock.monotonic() - run.work.started) * 1000, 2)

    def _finish(self, run: _Run) -> Answer:
        self._note(run, "total")
        work, bill = run.work, run.bill
        return Answer(
            answer=run.text,
            sources=run.hits,
            citations=run.citations,
            tokens_used=bill.usage.total,
            cost_usd=bill.cost_usd,
            trace_id=work.trace_id,
            app=work.variant.app,
            variant=work.variant.id,
            model=bill.model or MODEL_OF_NOBODY,
            abstained=run.abstained,
            verdict_counts=dict(Counter(citation.verdict for citation in run.citations)),
            timings_ms=run.timings,
            usage=bill.usage,
            finish_reason=bill.finish_reason,
            attempts=tuple(bill.attempts),
        )


def get_question(work: Work) -> str:
    """Return the question: the input's, or the last message of an OpenAI client. Raises InvalidInput."""
    unknown = sorted(set(work.request.input) - {"question"})
    if unknown:
        raise InvalidInput(
            f"{work.variant.app} takes no input {', '.join(map(repr, unknown))}.",
            hint="Its one input is `question`.",
        )
    question = work.request.input.get("question")
    if question is None and work.request.messages:
        question = work.request.messages[-1].content
    if not isinstance(question, str):
        raise InvalidInput(
            "The question is missing or not text.", hint='Send it as {"question": "..."}.', code="no_question"
        )
    return clean_question(question)
