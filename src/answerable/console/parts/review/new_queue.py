"""A queue is made from its text, as a file has it."""

from __future__ import annotations

from typing import Final

from nicegui import ui

from answerable.console.elements import Tag, notify
from answerable.console.parts.dialogs import Dialog
from answerable.console.visitor import Visitor
from answerable.reviews.spec import read_spec_text

_BEGINNING: Final = """\
name: first-look
description: Is the answer right?
rule:
  any:
    - thumb: down
    - verdict: unsupported
    - random: 0.05
labels:
  - {name: correct, kind: boolean}
  - name: fault
    kind: category
    required: false
    options: [{value: wrong}, {value: outdated}, {value: incomplete}]
  - {name: better, kind: correction, required: false}
annotators: 1
blind: false
"""


class NewQueue:
    """A dialog with the text of a queue to change."""

    def __init__(self, visitor: Visitor) -> None:
        self._visitor = visitor
        self._dialog = Dialog(
            "New queue", "The guide on review explains every line; `answerable review create` takes the same text.",
            action="Make the queue", submit=self._make, build=_build_text,
        )  # fmt: skip

    def open(self) -> None:
        self._dialog.open()

    async def _make(self, fields: dict[str, str]) -> None:
        spec = read_spec_text(fields["text"])
        principal = await self._visitor.check_writer()
        queue = await self._visitor.services.reviews.create(spec, by=principal.name)
        notify(f"The queue {queue.name} is made.")
        ui.navigate.to("/review")


def _build_text() -> None:
    with Tag("label", "", "field"):
        Tag("span", "Queue, as YAML", "label")
        Tag(
            "textarea",
            _BEGINNING,
            "textarea is-mono",
            name="text",
            rows="18",
            required="required",
            spellcheck="false",
        )
