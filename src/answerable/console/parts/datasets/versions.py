"""The versions of a dataset: what an eval run measures on never changes."""

from __future__ import annotations

from collections.abc import Sequence

from answerable.console.elements import Button, Tag, notify
from answerable.console.parts.datasets.addresses import to_dataset, to_export
from answerable.console.parts.dialogs import Dialog
from answerable.console.parts.figures import format_moment
from answerable.console.visitor import Visitor
from answerable.datasets.types import DatasetVersion

_HEADS = ("Version", "Examples", "Made", "By", "Note", "")
_HASH = 12


class VersionList:
    """All versions, newest first; a key that may write makes another."""

    def __init__(self, visitor: Visitor, dataset: str) -> None:
        self._visitor = visitor
        self._dataset = dataset
        with Tag("div", "", "held-head"):
            Tag("p", "An eval run makes a version by itself when the examples have changed.", "quiet")
            if visitor.may_write:
                dialog = Dialog(
                    "Make a version", "It holds the examples as they are now, for good.", action="Make it",
                    submit=self._freeze, build=_build_note, stays=True,
                )  # fmt: skip
                Button("Make a version", icon="plus").on("click", dialog.open)
        self._place = Tag("div")

    async def show(self) -> None:
        versions = await self._visitor.services.datasets.list_versions(self._dataset)
        self._place.clear()
        with self._place:
            if versions:
                _build_table(versions)
            else:
                _build_nothing()

    async def _freeze(self, fields: dict[str, str]) -> None:
        principal = await self._visitor.check_writer()
        datasets = self._visitor.services.datasets
        known = {one.number for one in await datasets.list_versions(self._dataset)}
        version = await datasets.freeze(self._dataset, by=principal.name, note=fields["note"])
        await self.show()
        if version.number in known:
            notify(f"{version.ref} has these very examples already.")
        else:
            notify(f"{version.ref} is made.")


def _build_table(versions: Sequence[DatasetVersion]) -> None:
    with Tag("div", "", "table-scroll"), Tag("table", "", "table versions"):
        with Tag("thead"), Tag("tr"):
            for head in _HEADS:
                Tag("th", head)
        with Tag("tbody"):
            for version in versions:
                _build_row(version)


def _build_row(version: DatasetVersion) -> None:
    name, number = version.dataset, version.number
    with Tag("tr"):
        with Tag("td"):
            Tag(
                "a", f"@{number}", "version-name", href=to_dataset(name, version=number), data_row=version.ref
            )
            Tag(
                "code", version.hash[:_HASH], "quiet", data_tip="The hash of everything that its examples say"
            )
        with Tag("td", "", "is-number"):
            Tag("span", f"{version.examples:,}")
            if version.gone:
                Tag(
                    "span",
                    f" {version.gone:,} erased",
                    "quiet",
                    data_tip="The runs that they came from were erased.",
                )
        Tag("td", f"{format_moment(version.created_at)} UTC")
        Tag("td", version.by or "–")
        Tag("td", version.note or "–", "version-note")
        with Tag("td", "", "version-links"):
            if number > 1:
                address = to_dataset(name, view="compare", before=number - 1, after=number)
                Tag("a", f"From @{number - 1}", href=address)
            Tag("a", "YAML", href=to_export(name, version=number, format="yaml"), download="download")
            Tag("a", "JSONL", href=to_export(name, version=number, format="jsonl"), download="download")


def _build_note() -> None:
    with Tag("label", "", "field"):
        Tag("span", "Note", "label")
        Tag("input", "", "input", name="note", autocomplete="off", maxlength="500", autofocus="autofocus")


def _build_nothing() -> None:
    with Tag("div", "", "empty"):
        Tag("p", "There is no version yet.", "callout-title")
        Tag("p", "The first is made by the first eval run, or here.")
