"""Chat messages mapped onto what an app declares."""

from __future__ import annotations

import pytest

from answerable.answering.prompting.client_messages import map_messages
from answerable.apps.content import InputField
from answerable.core.errors import InvalidInput
from answerable.llm.types import Image, Message

TICKET = {"ticket": InputField(), "language": InputField(required=False)}
PHOTO = {"photo": InputField(type="image"), "note": InputField(required=False)}
PNG = Image(b"png", "image/png")
TALK = (
    Message("system", "Be short."),
    Message("user", "Hi"),
    Message("assistant", "Hello"),
    Message("user", "My screen is black"),
)


def test_the_last_message_fills_the_one_required_text() -> None:
    mapped = map_messages(TICKET, TALK)

    assert mapped.input == {"ticket": "My screen is black"}
    assert mapped.question is None
    assert mapped.history == TALK[1:3]
    assert mapped.system == "", "an app with declared input has a prompt of its own"


def test_its_images_fill_the_declared_images() -> None:
    mapped = map_messages(PHOTO, [Message("user", "almost new", (PNG,))])
    assert mapped.input == {"photo": PNG, "note": "almost new"}


def test_a_choice_is_no_text_to_fill() -> None:
    declared = {**PHOTO, "condition": InputField(enum=("new", "worn"), required=False, default="worn")}
    mapped = map_messages(declared, [Message("user", "almost new", (PNG,))])
    assert mapped.input == {"photo": PNG, "note": "almost new"}


def test_without_declared_input_the_messages_pass_through() -> None:
    mapped = map_messages({}, [Message("system", "One."), *TALK])

    assert mapped.question == TALK[-1]
    assert mapped.history == TALK[1:3]
    assert mapped.system == "One.\n\nBe short."
    assert mapped.input == {}


@pytest.mark.parametrize(
    ("declared", "messages", "code"),
    [
        (TICKET, TALK[:3], "invalid_input"),
        ({"a": InputField(), "b": InputField()}, TALK, "needs_fields"),
        ({"photo": InputField(type="image")}, [Message("user", "words", (PNG,))], "needs_fields"),
        (PHOTO, [Message("user", "", (PNG, PNG))], "invalid_input"),
    ],
)
def test_what_cannot_be_mapped_is_refused(
    declared: dict[str, InputField], messages: list[Message], code: str
) -> None:
    with pytest.raises(InvalidInput) as caught:
        map_messages(declared, messages)
    assert caught.value.code == code
