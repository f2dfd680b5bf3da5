"""The frame of a list that comes a page at a time: heads, rows, what stands there when there are none, and *More*."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from typing import Final

from answerable.console.elements import Button, Tag

PAGE: Final = 50


class PagedRows:
    """`kind` names its styles: `KIND-list`, `KIND-heads`, `KIND-rows`. The rows go into `place`."""

    def __init__(
        self,
        kind: str,
        heads: Sequence[str],
        *,
        label: str,
        nothing: tuple[str, str],
        more: Callable[[], Awaitable[None]],
    ) -> None:
        with Tag("section", "", f"{kind}-list", aria_label=label):
            with Tag("div", "", f"{kind}-heads", aria_hidden="true"):
                for title in heads:
                    Tag("span", title)
            self.place = Tag("div", "", f"{kind}-rows")
            with Tag("div", "", "empty") as self._nothing:
                Tag("p", nothing[0], "callout-title")
                Tag("p", nothing[1])
            with Tag("div", "", "paging"):
                self._count = Tag("span", "", role="status")
                self._more = Button("More", data_more="").on("click", more)
        self._nothing.set_visibility(False)

    def tell(self, shown: int, *, more: bool) -> None:
        """Say how many rows are shown, and whether there are more."""
        self._nothing.set_visibility(not shown)
        self._more.set_visibility(more)
        end = "" if more or shown <= PAGE else ", the last of them"
        self._count.set_text(f"{shown:,} shown{end}" if shown else "")
