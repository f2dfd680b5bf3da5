"""The way of a request through a `prompt` app: input, prompt, one model call, and for typed output a repair round."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from dataclasses import dataclass, field
from typing import Any

from answerable.answering.calls import Bill, to_plan
from answerable.answering.metering import MeteredCall
from answerable.answering.prompting.files import FileLoader
from answerable.answering.prompting.outputs import Checked, OutputCheck, OutputInvalid
from answerable.answering.prompting.prompt import AppPrompt
from answerable.answering.prompting.repair import ask_again
from answerable.answering.runs import Work
from answerable.answering.tracing.models import note_call, trace_model
from answerable.answering.tracing.steps import describe_prompt
from answerable.answering.types import Answer, AnswerEvent, DeltaEvent, DoneEvent
from answerable.apps.content import VariantContent
from answerable.core.clock import Clock
from answerable.core.errors import DeadlineExceeded
from answerable.llm.service import Models
from answerable.llm.types import ChatRequest, ChatResult, Message, OutputSchema, TextDelta
from answerable.traces import conventions as names
from answerable.traces.recorder import Step

_PREPARED_VARIANTS = 128

_CUT_SHORT = {
    "length": ("The answer was cut off at `max_tokens`", "Raise `max_tokens`, or ask for less."),
    "content_filter": (
        "The provider's content filter ended the answer",
        "Ask otherwise, or of another model.",
    ),
}


@dataclass(frozen=True, slots=True)
class _Prepared:
    """What a variant's requests share; making it takes much longer than using it."""

    prompt: AppPrompt
    output: OutputSchema | None
    check: OutputCheck | None


@dataclass(slots=True)
class _Run:
    """What comes together while one request is answered."""

    work: Work
    messages: tuple[Message, ...]
    output: OutputSchema | None
    check: OutputCheck | None
    repairs: bool
    bill: Bill = field(default_factory=Bill)
    text: str = ""
    data: Any = None
    timings: dict[str, float] = field(default_factory=dict)

    @property
    def held_back(self) -> bool:
        """Whether the text may still be replaced, and so must not be shown yet."""
        return self.check is not None and self.repairs


class PromptRunner:
    """Implements `answerable.answering.runs.Runner` for `prompt` apps.

    Text streams as the model writes it. Typed output does so only where the variant has `repair: false`: else a
    second answer may replace the first, so it is held back until it fits and comes as one delta.
    """

    def __init__(self, *, models: Models, files: FileLoader, clock: Clock) -> None:
        self._models = models
        self._files = files
        self._clock = clock
        self._prepared: dict[str, _Prepared] = {}

    async def stream(self, work: Work) -> AsyncGenerator[AnswerEvent, None]:
        """Yield `delta`*, then `done`.

        Raises InvalidInput and TooLarge (the input), OutputInvalid, Unavailable, UpstreamFailed, DeadlineExceeded.
        """
        run = await self._start(work)
        async with aclosing(self._call(run, run.messages, answered=work.request.answered)) as deltas:
            async for delta in deltas:
                if not run.held_back:
                    yield delta
        self._note(run, "model")
        if run.check is not None:
            await self._fit(run, run.check)
            if run.held_back:
                yield DeltaEvent(run.text)
        yield DoneEvent(self._finish(run))

    async def get_request(self, work: Work) -> ChatRequest:
        """Return the model call that the work begins with, without making it. Raises InvalidInput and TooLarge."""
        run = await self._start(work)
        return self._request(run, run.messages)

    async def _start(self, work: Work) -> _Run:
        content, asked = work.variant.content, work.request.output
        prepared = await self._prepare(content)
        output, check = prepared.output, prepared.check
        if output is None and asked is not None:
            output, check = asked, OutputCheck(asked.schema)
        with work.spans.step(names.PROMPT) as step:
            messages = await prepared.prompt.build(work)
            step.set(describe_prompt(messages))
        return _Run(
            work=work,
            messages=messages,
            output=output,
            check=check,
            repairs=content.output is None or content.output.repair,
        )

    async def _prepare(self, content: VariantContent) -> _Prepared:
        prepared = self._prepared.get(content.hash)
        if prepared is None:
            output = to_output(content)
            prepared = _Prepared(
                await AppPrompt.prepare(content, files=self._files),
                output,
                None if output is None else OutputCheck(output.schema),
            )
            if len(self._prepared) >= _PREPARED_VARIANTS:
                del self._prepared[next(iter(self._prepared))]
            self._prepared[content.hash] = prepared
        return prepared

    async def _call(
        self,
        run: _Run,
        messages: Sequence[Message],
        *,
        answered: ChatResult | None = None,
        parent: Step | None = None,
    ) -> AsyncGenerator[DeltaEvent, None]:
        """Stream one model call, or what it was `answered` before; then `run` holds its text, tokens and price."""
        if answered is not None:
            run.text = answered.text
            run.bill.add(answered)
            note_call(run.work.spans, self._request(run, messages), answered)
            yield DeltaEvent(run.text)
            return
        content = run.work.variant.content
        model = trace_model(await self._models.load(to_plan(content)), run.work.spans, parent)
        request = self._request(run, messages)
        async with MeteredCall(run.work.meter, model, request, self._models.find_cost) as call:
            async for part in call.parts:
                call.hear(part)
                if isinstance(part, TextDelta):
                    if "first_token" not in run.timings:
                        self._note(run, "first_token")
                    yield DeltaEvent(part.text)
                else:
                    run.text = part.text
                    run.bill.add(part)

    def _request(self, run: _Run, messages: Sequence[Message]) -> ChatRequest:
        content, asked = run.work.variant.content, run.work.request
        left = content.resilience.deadline - (self._clock.monotonic() - run.work.started)
        if left <= 0:
            raise DeadlineExceeded(
                "The time for this request is used up.", hint="Raise the app's `deadline`."
            )
        return ChatRequest(
            messages=tuple(messages),
            max_tokens=asked.max_tokens or content.max_tokens,
            temperature=content.temperature if asked.temperature is None else asked.temperature,
            deadline=left,
            stream=run.work.live and not run.held_back,
            output=run.output,
            top_p=asked.top_p,
            stop=asked.stop,
            seed=asked.seed,
        )

    async def _fit(self, run: _Run, check: OutputCheck) -> None:
        """Make the run's text fit its schema, with one more model call if need be. Raises OutputInvalid."""
        checked = _check(run, check)
        if checked.problems and run.repairs and run.bill.finish_reason not in _CUT_SHORT:
            run.work.raw.append(run.text)
            with run.work.spans.step(names.REPAIR) as step:
                again = [*run.messages, *ask_again(checked)]
                async with aclosing(self._call(run, again, parent=step)) as deltas:
                    async for _ in deltas:
                        pass
                self._note(run, "repair")
                checked = _check(run, check, parent=step)
        if checked.problems:
            run.work.raw.append(run.text)
            raise _reject(run, checked)
        run.text, run.data = checked.text, checked.data

    def _note(self, run: _Run, step: str) -> None:
        """Note how many milliseconds after its start the run came to the end of a step."""
        run.timings[step] = round((self._clock.monotonic() - run.work.started) * 1000, 2)

    def _finish(self, run: _Run) -> Answer:
        self._note(run, "total")
        work, bill = run.work, run.bill
        return Answer(
            answer=run.text,
            sources=(),
            citations=(),
            tokens_used=bill.usage.total,
            cost_usd=bill.cost_usd,
            trace_id=work.trace_id,
            app=work.variant.app,
            variant=work.variant.id,
            model=bill.model,
            timings_ms=run.timings,
            data=run.data,
            usage=bill.usage,
            finish_reason=bill.finish_reason,
            attempts=tuple(bill.attempts),
        )


def to_output(content: VariantContent) -> OutputSchema | None:
    """Return the variant's output schema as the model boundary takes it."""
    if content.output is None:
        return None
    return OutputSchema(content.output.json_schema, content.output.name, content.output.mode)


def _check(run: _Run, check: OutputCheck, *, parent: Step | None = None) -> Checked:
    with run.work.spans.step(names.VERIFICATION, parent=parent) as step:
        checked = check.check(run.text)
        step.set({names.SCHEMA_PROBLEMS: len(checked.problems)})
    return checked


def _reject(run: _Run, checked: Checked) -> OutputInvalid:
    detail, hint = _CUT_SHORT.get(
        run.bill.finish_reason,
        (
            "The model's answer does not fit the output schema",
            "Its words are in the trace; make the prompt clearer or the schema simpler, or take a stronger model.",
        ),
    )
    return OutputInvalid(detail, checked.problems, bill=run.bill, hint=hint)
