"""The passages behind an answer as a list of buttons; a click opens one by event (console.js)."""

from __future__ import annotations

from collections.abc import Iterable

from answerable.console.elements import Icon, Tag
from answerable.console.parts.passage_panel import Passage


def build_sources(passages: Iterable[tuple[int, Passage | None]], *, title: str) -> None:
    """Build the list of numbers and passages; None stands for one that is no longer there, or not to be seen."""
    with Tag("section", "", "sources", aria_label=title):
        Tag("h3", title, "label")
        with Tag("ol", "", "source-list"):
            for number, passage in passages:
                with Tag("li"):
                    if passage is None:
                        _build_lost(number)
                    else:
                        _build_source(number, passage)


def _build_source(number: int, passage: Passage) -> None:
    title = passage.document.title or passage.document.uri
    place = " › ".join(part for part in passage.heading_path if part != title)
    label = f"Open source {number}: {title}"
    with Tag("button", "", "source", type="button", data_source=str(number), aria_label=label):
        Tag("span", str(number), "source-number", aria_hidden="true")
        with Tag("span", "", "source-words"):
            Tag("span", title, "source-title")
            Tag("span", place or passage.document.uri, "source-place")
        if passage.page is not None:
            Tag("span", f"p. {passage.page}", "source-page")
        Icon("chevron")


def _build_lost(number: int) -> None:
    with Tag("div", "", "source is-lost"):
        Tag("span", str(number), "source-number", aria_hidden="true")
        Tag("span", "No longer in the index, or not for this key.", "source-words")
