"""Fields of the forms that filter a list."""

from __future__ import annotations

from answerable.console.elements import Icon, Tag


def build_search(what: str, value: str | None) -> None:
    """Build the field for words; `what` says where they are looked for."""
    with Tag("label", "", "filter-search"):
        Icon("search")
        Tag("span", what, "unseen")
        Tag(
            "input", "", "input", id="search", type="search", name="text", value=value, placeholder=what,
            autocomplete="off", maxlength="500",
        )  # fmt: skip


def build_line(name: str, title: str, value: str, *, longest: int) -> None:
    """Build a short field that names itself inside."""
    Tag(
        "input", "", "input is-filter", name=name, value=value, placeholder=title, aria_label=title,
        autocomplete="off", spellcheck="false", maxlength=str(longest),
    )  # fmt: skip
