"""A case of a review queue on a terminal: what was asked and answered, from which passages, and what is wanted."""

from __future__ import annotations

import shlex
import textwrap
from typing import Final

from rich.console import Console

from answerable.cli.review_labels import describe_label
from answerable.quality.cases import Case

_COLOURS: Final = {"supported": "green", "partial": "yellow", "unsupported": "red", "unchecked": "dim"}
_MOST: Final = 1_000
"""Characters of a passage that are shown."""


def print_case(case: Case) -> None:
    """Print the case and the command that labels it."""
    console = Console(highlight=False, soft_wrap=True)
    queue, item = case.queue.spec, case.item.id
    until = "" if case.until is None else f", yours until {case.until.astimezone():%H:%M}"
    console.print(f"Item {item} of {queue.name}{until}\n", style="bold", markup=False)
    console.print(case.question + "\n", style="bold", markup=False)
    console.print(case.answer + "\n", markup=False)
    for citation in case.citations:
        verdict = str(citation["verdict"])
        console.print(f"  {verdict:<12}", style=_COLOURS.get(verdict, ""), end="")
        console.print(str(citation["sentence"]).strip(), markup=False)
    for number, passage in enumerate(case.passages, start=1):
        if passage is None:
            console.print(f"\n[{number}] is gone, or not yours to see.", style="dim", markup=False)
            continue
        console.print(
            f"\n[{number}] {passage.document.title}  {passage.document.uri}", style="dim", markup=False
        )
        text = textwrap.shorten(passage.text, _MOST, placeholder=" ...")
        console.print(textwrap.indent(text, "    "), markup=False)
    wanted = [
        describe_label(label) if label.required else f"[{describe_label(label)}]" for label in queue.labels
    ]
    console.print(
        f"\nanswerable review label {shlex.quote(queue.name)} {item} {' '.join(wanted)}", markup=False
    )
