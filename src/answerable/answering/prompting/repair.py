"""The one repair round: the model sees its own answer and, line by line, what does not fit."""

from __future__ import annotations

from answerable.answering.prompting.outputs import Checked
from answerable.llm.types import Message

_SHOWN_CHARACTERS = 20_000
_EMPTY = "(nothing)"


def ask_again(checked: Checked) -> tuple[Message, Message]:
    """Return the two messages that ask for the whole JSON once more. Of an endless answer only the start is shown."""
    faults = "\n".join(f"- {problem}" for problem in checked.problems)
    return (
        # Some providers refuse an empty message of the assistant.
        Message("assistant", checked.text[:_SHOWN_CHARACTERS] or _EMPTY),
        Message(
            "user",
            f"Your answer does not fit the JSON Schema:\n{faults}\n\n"
            "Answer again with the whole corrected JSON and nothing else.",
        ),
    )
