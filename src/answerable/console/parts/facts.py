"""Short facts in one line: names and values."""

from __future__ import annotations

from collections.abc import Iterable

from answerable.console.elements import Tag


def build_facts(facts: Iterable[tuple[str, str]], classes: str = "") -> None:
    with Tag("dl", "", f"facts {classes}".rstrip()):
        for name, value in facts:
            with Tag("div"):
                Tag("dt", name)
                Tag("dd", value)
