"""Labels as chips, and the dialog that moves one."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable

from answerable.apps.snapshot import PRODUCTION
from answerable.apps.types import App, Label, Variant
from answerable.console.elements import Tag, notify
from answerable.console.parts.dialogs import Dialog
from answerable.console.visitor import Visitor

_CUSTOMARY = (PRODUCTION, "candidate")
_CHOICES = "label-choices"


def build_label_chips(labels: Iterable[Label], *, with_variant: bool = False) -> None:
    """Build a chip for each label; production comes first and stands out."""
    for label in sorted(labels, key=lambda label: (label.name != PRODUCTION, label.name)):
        classes = "chip is-production" if label.name == PRODUCTION else "chip"
        with Tag("span", "", classes):
            Tag("span", label.name)
            if with_variant:
                Tag("span", label.variant.id, "chip-variant")


class LabelDialog:
    """Asks for a label and a reason, then moves the label; `moved` hears of it."""

    def __init__(
        self, visitor: Visitor, app: App, variant: Variant, *, moved: Callable[[], Awaitable[None]]
    ) -> None:
        self._visitor = visitor
        self._app = app
        self._variant = variant
        self._moved = moved
        self._dialog = Dialog(
            f"Label {variant.id}",
            "Every server sends new requests to it within a second.",
            action="Move the label",
            build=self._build_fields,
            submit=self._submit,
        )

    def open(self) -> None:
        self._dialog.open()

    def _build_fields(self) -> None:
        with Tag("label", "", "field"):
            Tag("span", "Label", "label")
            Tag(
                "input", "", "input", name="label", required="required", value=self._suggest(), list=_CHOICES,
                pattern="[a-z][a-z0-9_\\-]{0,62}", title="Lower-case letters, digits, - and _", autocomplete="off",
                spellcheck="false", maxlength="63",
            )  # fmt: skip
        with Tag("datalist", id=_CHOICES):
            for name in dict.fromkeys((*_CUSTOMARY, *self._app.labels)):
                Tag("option", self._describe(name), value=name)
        with Tag("label", "", "field"):
            Tag("span", "Reason", "label")
            Tag(
                "textarea", "", "textarea", name="reason", required="required", rows="3", maxlength="1000",
                placeholder="Why this variant now?", autofocus="autofocus",
            )  # fmt: skip

    def _suggest(self) -> str:
        """Return production, unless the variant is in production already."""
        label = self._app.labels.get(PRODUCTION)
        return "candidate" if label is not None and label.variant.id == self._variant.id else PRODUCTION

    def _describe(self, name: str) -> str:
        label = self._app.labels.get(name)
        return "not set" if label is None else f"now on {label.variant.id}"

    async def _submit(self, fields: dict[str, str]) -> None:
        principal = await self._visitor.check_writer()
        label = await self._visitor.services.apps.move_label(
            self._app.name, fields["label"], self._variant.id, by=principal.name, reason=fields["reason"]
        )
        await self._moved()
        notify(f"{label.name} is on {label.variant.id}.")
