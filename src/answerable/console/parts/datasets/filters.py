"""What the address of a dataset's page says, and the form that writes it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from answerable.console.elements import Select, Tag
from answerable.console.parts.datasets.addresses import to_dataset
from answerable.console.parts.filter_fields import build_line, build_search
from answerable.datasets.selecting import Selection
from answerable.datasets.types import DatasetVersion


@dataclass(frozen=True, slots=True)
class ExampleQuery:
    """`version` 0 is the draft; a version that is no number counts as the draft too."""

    text: str = ""
    tags: str = ""
    split: str = ""
    version: int = 0

    @property
    def is_set(self) -> bool:
        return bool(self.text or self.tags or self.split)

    def to_selection(self, *, held: bool = False) -> Selection:
        """Return the examples that are meant."""
        tags = tuple(self.tags.replace(",", " ").split())
        return Selection(version=self.version, held=held, split=self.split, tags=tags, text=self.text)


def read_query(values: Mapping[str, str]) -> ExampleQuery:
    """Return what the address says; what makes no sense in it is passed over."""
    said = values.get("version", "")
    version = int(said) if said.isdecimal() and len(said) < 9 else 0
    return ExampleQuery(
        text=values.get("text", "")[:500],
        tags=values.get("tags", "")[:500],
        split=values.get("split", "")[:63],
        version=version,
    )


def build_filters(name: str, query: ExampleQuery, versions: Sequence[DatasetVersion]) -> None:
    """Build the form; it filters as it changes (evaluation.js submits it)."""
    with Tag("form", "", "filters", method="get", action=to_dataset(name), role="search", data_submits=""):
        with Tag("div", "", "filters-common"):
            build_search("Words in inputs, expected texts and keys", query.text)
            build_line("tags", "Tags", query.tags, longest=500)
            build_line("split", "Split", query.split, longest=63)
            choices = {"": "As it is now", **{str(one.number): f"Version @{one.number}" for one in versions}}
            select = Select(choices, value=str(query.version or ""), label="Version")
            select.set_attribute("name", "version")
        if query.is_set:
            with Tag("p", "", "filters-clear"):
                Tag("a", "Without filters", "link-button", href=to_dataset(name, version=query.version))
