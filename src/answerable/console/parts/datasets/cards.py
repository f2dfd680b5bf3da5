"""The datasets as cards: how many examples they hold, and which version is the newest."""

from __future__ import annotations

from collections.abc import Sequence

from answerable.console.elements import Tag
from answerable.console.parts.datasets.addresses import to_dataset
from answerable.console.parts.facts import build_facts
from answerable.console.parts.figures import format_count, format_moment
from answerable.datasets.types import Dataset


def build_cards(datasets: Sequence[Dataset]) -> None:
    if not datasets:
        _build_nothing()
        return
    with Tag("ul", "", "cards"):
        for dataset in datasets:
            with Tag("li", "", "card"):
                _build_card(dataset)


def _build_card(dataset: Dataset) -> None:
    with Tag("div", "", "card-head"):
        with Tag("h2"):
            Tag("a", dataset.name, "card-link", href=to_dataset(dataset.name), data_row=dataset.name)
        if dataset.held:
            Tag(
                "span",
                f"{dataset.held:,} held",
                "tag is-changed",
                data_tip="They wait for somebody to accept them.",
            )
    if dataset.description:
        Tag("p", dataset.description, "card-text")
    build_facts(
        [
            ("Examples", f"{dataset.examples:,}"),
            ("Newest version", f"@{dataset.version}" if dataset.version else "none yet"),
            ("Since", f"{format_moment(dataset.created_at)} UTC"),
        ]
    )


def _build_nothing() -> None:
    with Tag("div", "", "empty"):
        Tag("p", "There is no dataset yet.", "callout-title")
        Tag("p", "Bring in a file, or make an example of a run under Traces or Review.")


def describe(dataset: Dataset) -> str:
    """Return the size of a dataset in words."""
    held = f", {dataset.held:,} held" if dataset.held else ""
    newest = f", newest version @{dataset.version}" if dataset.version else ", no version yet"
    return f"{format_count(dataset.examples, 'example')}{held}{newest}"
