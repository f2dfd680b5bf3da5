"""Examples that wait for somebody to accept them, such as those that a model wrote."""

from __future__ import annotations

from functools import partial
from typing import Final

from answerable.console.elements import Button, Markup, Tag, notify
from answerable.console.parts.datasets.example_rows import render_tags
from answerable.console.parts.datasets.example_view import build_evidence, build_expected, build_input
from answerable.console.parts.figures import format_count
from answerable.console.visitor import Visitor
from answerable.datasets.selecting import Selection
from answerable.datasets.types import Example

_SHOWN: Final = 20


class HeldList:
    """The oldest that are held, each to accept or to reject."""

    def __init__(self, visitor: Visitor, dataset: str) -> None:
        self._visitor = visitor
        self._dataset = dataset
        self._place = Tag("div", "", "held")

    async def show(self) -> None:
        """Show the first of them anew."""
        page = await self._visitor.services.datasets.list_examples(
            self._dataset, limit=_SHOWN, selection=Selection(held=True)
        )
        self._place.clear()
        with self._place:
            if not page.examples:
                _build_nothing()
                return
            more = page.next_after is not None
            with Tag("div", "", "held-head"):
                count = f"The first {_SHOWN}" if more else format_count(len(page.examples), "example")
                Tag("p", f"{count}. None is in a version, or counted, before it is accepted.", "quiet")
                if self._visitor.may_write:
                    Button("Accept all").on("click", self._accept_all)
            with Tag("ul", "", "cards"):
                for example in page.examples:
                    self._build_card(example)

    def _build_card(self, example: Example) -> None:
        with Tag("li", "", "card held-card", data_row=example.key, tabindex="0"):
            build_input(example.input)
            build_expected(example)
            if example.evidence:
                with Tag("details", "", "fold"):
                    Tag("summary", format_count(len(example.evidence), "passage") + " of evidence")
                    build_evidence(example.evidence)
            with Tag("div", "", "held-foot"):
                Markup(render_tags(example.tags, example.split), "example-tags")
                Tag("span", example.provenance.source or "unknown", "quiet")
                if self._visitor.may_write:
                    with Tag("div", "", "card-actions"):
                        reject = Button("Reject", "button is-danger", data_key="x")
                        reject.on("click", partial(self._reject, example.key))
                        Button("Accept", data_key="a").on("click", partial(self._accept, example.key))

    async def _accept(self, key: str) -> None:
        await self._visitor.check_writer()
        await self._visitor.services.datasets.accept(self._dataset, [key])
        await self.show()
        notify("Accepted.")

    async def _accept_all(self) -> None:
        await self._visitor.check_writer()
        accepted = await self._visitor.services.datasets.accept(self._dataset)
        await self.show()
        notify(f"{format_count(accepted, 'example')} accepted.")

    async def _reject(self, key: str) -> None:
        await self._visitor.check_writer()
        await self._visitor.services.datasets.delete_example(self._dataset, key)
        await self.show()
        notify("Rejected.")


def _build_nothing() -> None:
    with Tag("div", "", "empty"):
        Tag("p", "Nothing is held.", "callout-title")
        Tag(
            "p", "Questions that are made of documents wait here, as do files that are brought in to be held."
        )
