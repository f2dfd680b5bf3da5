"""Two thumbs under an answer: what the reader thinks of it goes to its trace."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Final, Literal

from answerable.console.elements import Button, Tag

Thumb = Literal["up", "down", "none"]
_LABELS: Final[dict[Thumb, str]] = {"up": "Good answer", "down": "Bad answer"}


class Thumbs:
    """Shows which thumb was given, and gives one; pressed again, it is taken back."""

    def __init__(self, thumb: Thumb, *, give: Callable[[Thumb], Awaitable[None]]) -> None:
        self._thumb = thumb
        self._give = give
        with Tag("div", "", "thumbs", role="group", aria_label="Feedback"):
            self._buttons = {name: self._add_button(name, label) for name, label in _LABELS.items()}
        self._show()

    def _add_button(self, name: Thumb, label: str) -> Button:
        button = Button("", f"thumb is-{name}", icon="thumb", label=label, data_tip=label)

        async def press() -> None:
            chosen: Thumb = "none" if self._thumb == name else name
            await self._give(chosen)
            self._thumb = chosen
            self._show()

        button.on("click", press)
        return button

    def _show(self) -> None:
        for name, button in self._buttons.items():
            button.set_attribute("aria-pressed", str(self._thumb == name).lower())
