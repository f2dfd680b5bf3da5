"""The form with all filters, and a chip for each that is set."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from html import escape
from typing import Final

from nicegui.events import GenericEventArguments

from answerable.console.elements import READ_FORM, Icon, Markup, Select, Tag
from answerable.console.parts.filter_fields import build_search
from answerable.console.parts.traces.filter_query import CHOICES, PATH, TITLES, list_chips, show_value
from answerable.core.clock import SystemClock

_MORE: Final = (
    "verdict", "feedback", "variant", "label", "user", "model", "error_code", "purpose", "cached", "abstained",
    "collection", "conversation_id", "key_id", "min_duration_ms", "min_cost_usd", "max_retrieval_score",
)  # fmt: skip
_UNITS: Final = {
    "min_duration_ms": "milliseconds",
    "min_cost_usd": "US dollars",
    "max_retrieval_score": "0 to 1",
}
FROM: Final = "from"
"""The field for the exact beginning; the address has it as `since`, as it has the periods."""
_HINTS: Final = {"variant": "name, id or hash", "error_code": "such as timeout"}

ReadFields = Callable[[dict[str, str]], Awaitable[None]]


class FilterBar:
    """A native form: it filters as it changes (traces.js submits it), and its fields are those of the address."""

    def __init__(self, values: Mapping[str, str], *, apps: Sequence[str], changed: ReadFields) -> None:
        self._changed = changed
        with Tag(
            "form", "", "filters", method="get", action=PATH, role="search", data_filters=""
        ) as self._form:
            self._build_common(values, apps)
            self._build_more(values)
        self._form.on("submit", self._on_submit, js_handler=READ_FORM)
        self._chips = Tag("ul", "", "filter-chips", aria_label="Filters that are set")
        self.show_chips(values)

    def show_chips(self, values: Mapping[str, str]) -> None:
        """Show what is set; each chip leads to the page without it."""
        self._chips.clear()
        with self._chips:
            for title, shown, rest in list_chips(values, now=SystemClock().now()):
                with (
                    Tag("li"),
                    Tag("a", "", "filter-chip", href=rest, aria_label=f"Without {title}: {shown}"),
                ):
                    Tag("span", title, "quiet")
                    Tag("span", shown, "filter-value")
                    Icon("close")
            if len(values) > 1:
                with Tag("li"):
                    Tag("a", "Clear all", "link-button", href=PATH)
        self._chips.set_visibility(bool(values))

    def _build_common(self, values: Mapping[str, str], apps: Sequence[str]) -> None:
        with Tag("div", "", "filters-common"):
            build_search("Words in questions and answers", values.get("text"))
            _build_select("app", {name: name for name in apps}, values, nothing="All apps")
            _build_select("since", CHOICES["since"], values, nothing="Any time")
            _build_select("status", CHOICES["status"], values, nothing="Any status")

    def _build_more(self, values: Mapping[str, str]) -> None:
        opened = "open" if any(name in values for name in _MORE) else None
        with Tag("details", "", "fold filters-fold", open=opened):
            Tag("summary", "More filters")
            with Tag("div", "", "filters-more"):
                for name in _MORE:
                    _build_field(name, values)
                _build_moment(
                    FROM, "From", "" if values.get("since") in CHOICES["since"] else values.get("since", "")
                )
                _build_moment("until", "Until", values.get("until", ""))

    async def _on_submit(self, event: GenericEventArguments) -> None:
        await self._changed({name: str(value) for name, value in event.args.items()})


def _build_field(name: str, values: Mapping[str, str]) -> None:
    with _labelled(TITLES[name], _UNITS.get(name, "")):
        if name in CHOICES:
            _build_select(name, CHOICES[name], values, nothing="Any")
        elif name in _UNITS:
            Tag("input", "", "input", type="number", min="0", step="any", name=name, value=values.get(name))
        else:
            Tag(
                "input", "", "input", name=name, value=values.get(name), placeholder=_HINTS.get(name),
                autocomplete="off", spellcheck="false", maxlength="400",
            )  # fmt: skip


def _build_moment(name: str, title: str, value: str) -> None:
    """Build a field for a moment: typed in the browser's time zone, sent in UTC (traces.js)."""
    with _labelled(title, ""):
        Markup(
            f'<answerable-moment name="{name}" label="{title}" value="{escape(value)}"></answerable-moment>'
        )


@contextmanager
def _labelled(title: str, unit: str) -> Iterator[None]:
    with Tag("label", "", "field"):
        with Tag("span", "", "label"):
            Tag("span", title)
            if unit:
                Tag("span", f" {unit}", "quiet")
        yield


def _build_select(name: str, options: Mapping[str, str], values: Mapping[str, str], *, nothing: str) -> None:
    """Build a choice; a value that it does not offer, from an address, stays."""
    value = values.get(name, "")
    other = {} if value in ("", *options) else {value: show_value(name, value, now=SystemClock().now())}
    select = Select({"": nothing, **options, **other}, value=value, label=TITLES[name])
    select.set_attribute("name", name)
