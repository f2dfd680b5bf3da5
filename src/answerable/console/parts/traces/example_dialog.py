"""Makes a run an example of a dataset: what is expected and the tags can be edited first."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from nicegui import ui

from answerable.console.elements import Tag, notify
from answerable.console.parts.dialogs import Dialog
from answerable.console.parts.figures import format_count
from answerable.console.parts.past_inputs import preview_values
from answerable.console.visitor import Visitor
from answerable.datasets.types import Dataset, Example
from answerable.quality.examples import Made
from answerable.traces.types import Trace

_CHOICES: Final = "dataset-choices"
_DATASET: Final = "[a-z0-9][a-z0-9_\\-]{0,62}"


class ExampleDialog:
    """Drafts the example when it opens, so that it holds what is kept of the run now."""

    def __init__(self, visitor: Visitor, trace: Trace) -> None:
        self._visitor = visitor
        self._trace = trace
        self._place = ui.element("div")

    async def open(self) -> None:
        """Show the draft. Raises NotFound for a run that nothing can be made of."""
        principal = await self._visitor.check_reader()
        services = self._visitor.services
        draft = await services.examples.draft(
            self._trace.id, span_id=self._trace.span_id, by=principal.name, groups=principal.groups
        )
        datasets = await services.datasets.list_datasets()

        async def submit(fields: dict[str, str]) -> None:
            await self._add(draft, fields)

        self._place.clear()
        with self._place:
            dialog = Dialog(
                "Add to a dataset", preview_values(draft.input), action="Add the example", submit=submit,
                build=lambda: _build_fields(draft, datasets),
            )  # fmt: skip
        dialog.open()

    async def _add(self, draft: Example, fields: dict[str, str]) -> None:
        await self._visitor.check_reader()
        expected = fields["expected"]
        example = replace(
            draft,
            # A form ends lines as the web does; what was not touched stays as it was.
            expected=draft.expected
            if _same(draft.expected, expected)
            else expected.replace("\r\n", "\n") or None,
            tags=tuple(dict.fromkeys(tag for tag in fields["tags"].replace(",", " ").split())),
        )
        made = await self._visitor.services.examples.add(fields["dataset"], example)
        notify(describe(made), hint=_describe_near(made))


def describe(made: Made) -> str:
    if not made.added.new:
        return f"{made.dataset} has this example already."
    return f"Added to {made.dataset}."


def _describe_near(made: Made) -> str | None:
    if not made.near:
        return None
    verb = "asks" if len(made.near) == 1 else "ask"
    return f"{format_count(len(made.near), 'other')} in it {verb} nearly the same."


def _same(before: object, text: str) -> bool:
    return isinstance(before, str) and before.strip() == text.replace("\r\n", "\n")


def _build_fields(draft: Example, datasets: Sequence[Dataset]) -> None:
    with Tag("label", "", "field"):
        Tag("span", "Dataset", "label")
        Tag(
            "input", "", "input", name="dataset", required="required", list=_CHOICES, pattern=_DATASET, maxlength="63",
            value=datasets[0].name if datasets else "golden", title="Lower-case letters, digits, - and _",
            autocomplete="off", spellcheck="false",
        )  # fmt: skip
    with Tag("datalist", id=_CHOICES):
        for dataset in datasets:
            Tag("option", format_count(dataset.examples, "example"), value=dataset.name)
    with Tag("label", "", "field"):
        Tag("span", "Expected", "label")
        Tag(
            "textarea",
            str(draft.expected or ""),
            "textarea",
            name="expected",
            rows="6",
            autofocus="autofocus",
        )
    with Tag("label", "", "field"):
        Tag("span", "Tags", "label")
        Tag(
            "input",
            "",
            "input",
            name="tags",
            value=" ".join(draft.tags),
            autocomplete="off",
            spellcheck="false",
        )
    passages = format_count(len(draft.evidence), "passage")
    Tag("p", f"Evidence: {passages} that supported sentences lean on.", "field-hint")
