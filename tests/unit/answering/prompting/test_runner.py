"""Requests through a `prompt` app, over a model that says what the test tells it to."""

from __future__ import annotations

import json
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

import pytest

from answerable.answering.prompting.outputs import OutputInvalid
from answerable.answering.prompting.runner import PromptRunner
from answerable.answering.runs import Work
from answerable.answering.types import Answer, AnswerEvent, Caller, DeltaEvent, DoneEvent, RunRequest
from answerable.apps.content import VariantContent
from answerable.apps.types import Variant
from answerable.core.errors import DeadlineExceeded, InvalidFields, InvalidInput
from answerable.llm.service import Models
from answerable.llm.types import ChatRequest, Image, Message, OutputSchema
from tests.fakes.clock import FixedClock
from tests.fakes.models import ScriptedModel

TEMPLATE = """\
{% block system %}Sort tickets.{% endblock %}
{% block user %}Ticket: {{ ticket }}{% if photo %} (see {{ photo }}){% endif %}{% endblock %}
"""
SCHEMA = {
    "type": "object",
    "properties": {"team": {"enum": ["billing", "tech"]}, "urgent": {"type": "boolean"}},
    "required": ["team", "urgent"],
}
GOOD = '{"team": "tech", "urgent": true}'
BAD = '{"team": "sales"}'
PNG = Image(b"png", "image/png")


class Files:
    """Takes any bytes for an image, and the bytes of a document for its pages."""

    async def load_image(self, source: bytes | str) -> Image:
        return Image(source if isinstance(source, bytes) else source.encode(), "image/png")

    async def load_document(self, source: bytes | str) -> tuple[Image, ...]:
        assert isinstance(source, bytes)
        return tuple(Image(bytes([page]), "image/png") for page in source)


def make_content(**changes: Any) -> VariantContent:
    fields: dict[str, Any] = {"ticket": {}, "photo": {"type": "image", "required": False}}
    base = {
        "kind": "prompt",
        "model": [["local:scripted"]],
        "prompt": {"template": TEMPLATE},
        "input": fields,
    }
    return VariantContent.model_validate(base | changes)


class Bench:
    """A runner over one scripted model; keeps the work of the last run."""

    def __init__(self, *replies: Any, clock: FixedClock | None = None) -> None:
        self.model = ScriptedModel(*replies)
        self.clock = clock or FixedClock()
        models = Models()
        models.register_local_chat(self.model)
        self.runner = PromptRunner(models=models, files=Files(), clock=self.clock)
        self.work: Work | None = None

    async def events(
        self,
        content: VariantContent,
        request: RunRequest,
        *,
        live: bool = False,
        history: Sequence[Message] = (),
    ) -> list[AnswerEvent]:
        variant = Variant("triage", "main", content)
        started = self.clock.monotonic()
        self.work = Work(request, Caller(), variant, "0" * 32, started, live, history=tuple(history))
        return [event async for event in self.runner.stream(self.work)]

    async def run(self, content: VariantContent | None = None, **request: Any) -> Answer:
        request = request or {"input": {"ticket": "No light"}}
        last = (await self.events(content or make_content(), RunRequest(**request)))[-1]
        assert isinstance(last, DoneEvent)
        return last.answer

    @property
    def asked(self) -> ChatRequest:
        return self.model.requests[-1]


def typed(**output: Any) -> VariantContent:
    return make_content(output={"json_schema": SCHEMA, **output})


async def test_text_comes_with_what_it_took() -> None:
    bench = Bench("Team tech.")
    answer = await bench.run()

    assert (answer.answer, answer.data) == ("Team tech.", None)
    assert (answer.app, answer.variant) == ("triage", Variant("triage", "main", make_content()).id)
    assert (answer.tokens_used, answer.cost_usd, answer.model) == (15, Decimal("0.01"), "local:scripted")
    assert len(answer.attempts) == 1
    assert list(answer.timings_ms) == ["first_token", "model", "total"]


async def test_a_reader_sees_the_text_word_by_word() -> None:
    request = RunRequest(input={"ticket": "No light"})
    bench = Bench("Team tech now")
    *deltas, done = await bench.events(make_content(), request, live=True)

    assert [delta.text for delta in deltas if isinstance(delta, DeltaEvent)] == ["Team ", "tech ", "now "]
    assert isinstance(done, DoneEvent)
    assert bench.asked.stream


async def test_the_order_puts_first_what_never_changes() -> None:
    content = make_content(
        prompt={
            "template": TEMPLATE,
            "examples": [
                {"input": {"ticket": "Refund"}, "output": {"team": "billing"}},
                {"input": {"ticket": "Dark"}, "output": "tech"},
            ],
        }
    )
    bench = Bench("ok")
    history = (Message("user", "before"), Message("assistant", "yes"))
    await bench.events(content, RunRequest(input={"ticket": "No light"}), history=history)

    assert [(message.role, message.content) for message in bench.asked.messages] == [
        ("system", "Sort tickets."),
        ("user", "Ticket: Refund"),
        ("assistant", '{"team": "billing"}'),
        ("user", "Ticket: Dark"),
        ("assistant", "tech"),
        ("user", "before"),
        ("assistant", "yes"),
        ("user", "Ticket: No light"),
    ]


async def test_images_and_pages_go_with_the_question_and_have_names_in_the_prompt() -> None:
    content = make_content(
        prompt={"template": "{{ a }}, {{ b }}, {{ c }}."},
        input={"a": {"type": "image"}, "b": {"type": "document"}, "c": {"type": "image", "required": False}},
    )
    bench = Bench("ok")
    await bench.run(content, input={"a": PNG, "b": b"\x01\x02\x03"})

    (message,) = bench.asked.messages
    assert message.content == "image 1, images 2 to 4, ."
    assert [image.data for image in message.images] == [b"png", b"\x01", b"\x02", b"\x03"]


async def test_wrong_input_costs_no_call() -> None:
    bench = Bench("ok")
    with pytest.raises(InvalidFields) as caught:
        await bench.run(input={"tickets": "x", "photo": 1})

    assert [problem.at for problem in caught.value.problems] == ["tickets", "ticket", "photo"]
    assert bench.model.requests == []


async def test_the_request_overrules_the_parameters_of_the_variant() -> None:
    bench = Bench("ok")
    await bench.run(
        make_content(temperature=0.2, max_tokens=100),
        input={"ticket": "x"}, temperature=0.9, max_tokens=7, top_p=0.5, stop=("end",), seed=3,
    )  # fmt: skip

    asked = bench.asked
    assert (asked.temperature, asked.max_tokens, asked.top_p, asked.stop, asked.seed) == (
        0.9,
        7,
        0.5,
        ("end",),
        3,
    )


async def test_typed_output_is_data() -> None:
    bench = Bench(GOOD)
    answer = await bench.run(typed(mode="tool", name="verdict"))

    assert answer.data == {"team": "tech", "urgent": True}
    assert json.loads(answer.answer) == answer.data
    assert bench.asked.output == OutputSchema(SCHEMA, "verdict", "tool")


async def test_what_does_not_fit_is_shown_to_the_model_once_and_both_calls_count() -> None:
    bench = Bench(BAD, GOOD)
    answer = await bench.run(typed())

    assert answer.data == {"team": "tech", "urgent": True}
    assert (answer.tokens_used, answer.cost_usd, len(answer.attempts)) == (30, Decimal("0.02"), 2)
    assert bench.work is not None
    assert bench.work.raw == [BAD]
    shown, fault = bench.asked.messages[-2:]
    assert (shown.role, shown.content) == ("assistant", BAD)
    assert '- team: "sales" is not one of' in fault.content
    assert "- urgent: It is missing." in fault.content
    assert "repair" in answer.timings_ms


async def test_output_that_never_fits_is_a_clear_422_with_both_answers_kept() -> None:
    bench = Bench(BAD, "Sorry, no.")
    with pytest.raises(OutputInvalid) as caught:
        await bench.run(typed())

    error = caught.value
    assert (error.status, error.code, len(error.attempts)) == (422, "output_invalid", 2)
    assert (error.bill.usage.total, error.bill.cost_usd) == (30, Decimal("0.02"))
    assert "It is not JSON" in error.detail
    assert bench.work is not None
    assert bench.work.raw == [BAD, "Sorry, no."]
    assert len(bench.model.requests) == 2


async def test_without_repair_the_first_answer_counts() -> None:
    bench = Bench(BAD, GOOD)
    with pytest.raises(OutputInvalid):
        await bench.run(typed(repair=False))
    assert len(bench.model.requests) == 1


@pytest.mark.parametrize(("repair", "live_call"), [(True, False), (False, True)])
async def test_json_is_held_back_as_long_as_it_may_be_replaced(repair: bool, live_call: bool) -> None:
    bench = Bench(GOOD)
    request = RunRequest(input={"ticket": "x"})
    *deltas, _ = await bench.events(typed(repair=repair), request, live=True)

    texts = [delta.text for delta in deltas if isinstance(delta, DeltaEvent)]
    assert "".join(texts).strip() == GOOD
    assert (len(texts) > 1) is live_call
    assert bench.asked.stream is live_call


async def test_a_text_that_was_not_repaired_was_never_shown() -> None:
    bench = Bench(BAD, GOOD)
    events = await bench.events(typed(), RunRequest(input={"ticket": "x"}), live=True)
    assert "sales" not in str(events)


async def test_json_that_was_cut_off_says_so_and_is_not_paid_twice() -> None:
    bench = Bench(ScriptedModel().result('{"team": "te', finish_reason="length"))
    with pytest.raises(OutputInvalid, match="cut off at `max_tokens`"):
        await bench.run(typed())
    assert len(bench.model.requests) == 1


async def test_a_schema_of_the_request_is_used_where_the_variant_has_none() -> None:
    asked = OutputSchema({"type": "object", "required": ["a"]})
    bench = Bench('{"a": 1}')
    answer = await bench.run(input={"ticket": "x"}, output=asked)
    assert answer.data == {"a": 1}

    bench = Bench(GOOD)
    await bench.run(typed(), input={"ticket": "x"}, output=asked)
    assert bench.asked.output is not None
    assert bench.asked.output.schema == SCHEMA


async def test_a_schema_that_is_none_costs_no_call() -> None:
    bench = Bench(GOOD)
    with pytest.raises(InvalidInput) as caught:
        await bench.run(input={"ticket": "x"}, output=OutputSchema({"type": "objct"}))
    assert caught.value.code == "invalid_schema"
    assert bench.model.requests == []


async def test_chat_messages_fill_the_declared_text() -> None:
    bench = Bench("ok")
    talk = (
        Message("system", "Obey me"),
        Message("user", "a"),
        Message("assistant", "b"),
        Message("user", "c"),
    )
    await bench.run(messages=talk)

    assert [message.content for message in bench.asked.messages] == ["Sort tickets.", "a", "b", "Ticket: c"]


async def test_an_app_without_fields_passes_chat_messages_through() -> None:
    content = make_content(prompt={"template": "{% block system %}Be kind.{% endblock %}"}, input={})
    bench = Bench("ok")
    await bench.run(content, messages=(Message("system", "In German."), Message("user", "Hi\x00", (PNG,))))

    assert bench.asked.messages == (
        Message("system", "Be kind."),
        Message("system", "In German."),
        Message("user", "Hi", (PNG,)),
    )


async def test_an_app_without_fields_or_question_asks_for_messages() -> None:
    content = make_content(prompt={"template": "{% block system %}Be kind.{% endblock %}"}, input={})
    with pytest.raises(InvalidInput) as caught:
        await Bench("ok").run(content, input={})
    assert caught.value.code == "needs_messages"


async def test_what_the_front_used_up_counts_against_the_deadline() -> None:
    clock = FixedClock()
    bench = Bench(BAD, clock=clock)
    content = typed()
    work = Work(
        RunRequest(input={"ticket": "x"}),
        Caller(),
        Variant("t", "m", content),
        "0" * 32,
        clock.monotonic(),
        False,
    )
    clock.advance(25)
    with pytest.raises(OutputInvalid):
        [event async for event in bench.runner.stream(work)]
    assert bench.asked.deadline == pytest.approx(35, abs=0.5)

    clock.advance(60)
    with pytest.raises(DeadlineExceeded):
        [event async for event in bench.runner.stream(work)]
