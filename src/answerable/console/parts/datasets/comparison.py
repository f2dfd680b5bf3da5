"""Two versions of a dataset: which examples came, went, and say something else."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Mapping, Sequence
from html import escape
from typing import Final

from answerable.apps.diff import Change
from answerable.console.elements import Markup, Select, Tag
from answerable.console.parts.change_view import render_change
from answerable.console.parts.datasets.addresses import to_dataset
from answerable.console.parts.datasets.example_rows import preview_expected, preview_input
from answerable.console.visitor import Visitor
from answerable.datasets.fields import write_example
from answerable.datasets.types import DatasetDiff, DatasetVersion, Example

_SHOWN: Final = 100
"""Examples of each kind that are shown; the counts are of all."""
_NOT_SAID: Final = ("provenance", "key")


async def build_comparison(visitor: Visitor, dataset: str, query: Mapping[str, str]) -> None:
    """Build the choice of two versions and what differs. Raises NotFound for a version that is not there."""
    datasets = visitor.services.datasets
    versions = await datasets.list_versions(dataset)
    if len(versions) < 2:
        _build_nothing()
        return
    numbers = [query.get("before") or versions[1].number, query.get("after") or versions[0].number]
    before, after = [await datasets.get_version(f"{dataset}@{number}") for number in numbers]
    _build_form(dataset, versions, before, after)
    diff = await datasets.diff(before, after, limit=_SHOWN)
    if not (diff.added_count or diff.removed_count or diff.changed_count):
        with Tag("div", "", "empty"):
            Tag("p", "These two are the same.", "callout-title")
        return
    rendered = await asyncio.to_thread(lambda: "".join(_render(diff)))
    with Tag("section", "", "changes", aria_label="Changes"):
        Markup(rendered)


def _build_form(
    dataset: str, versions: Sequence[DatasetVersion], before: DatasetVersion, after: DatasetVersion
) -> None:
    options = {str(one.number): f"@{one.number} · {one.examples:,} examples" for one in versions}
    with Tag("form", "", "compare-form", method="get", action=to_dataset(dataset)):
        Tag("input", type="hidden", name="view", value="compare")
        for name, title, chosen in (("before", "From", before), ("after", "To", after)):
            with Tag("div", "", "field"):
                Tag("span", title, "label", aria_hidden="true")
                Select(options, value=str(chosen.number), label=title).set_attribute("name", name)
        with Tag("div", "", "compare-actions"):
            Tag("button", "Compare", "button is-primary", type="submit")
            swapped = to_dataset(dataset, view="compare", before=after.number, after=before.number)
            Tag("a", "Swap", "button", href=swapped)


def _render(diff: DatasetDiff) -> Iterator[str]:
    yield (
        f'<p class="change-counts"><span class="tag is-changed">{diff.changed_count:,} changed</span>'
        f'<span class="tag is-added">{diff.added_count:,} added</span>'
        f'<span class="tag is-removed">{diff.removed_count:,} removed</span>'
        f'<span class="quiet">{diff.unchanged_count:,} as they were</span></p>'
    )
    for before, after in diff.changed:
        yield _render_changed(before, after)
    yield _render_alone("added", diff.added)
    yield _render_alone("removed", diff.removed)
    shown = (len(diff.changed), len(diff.added), len(diff.removed))
    if shown != (diff.changed_count, diff.added_count, diff.removed_count):
        yield f'<p class="quiet">The first {_SHOWN} of each kind are shown.</p>'


def _render_changed(before: Example, after: Example) -> str:
    changes = "".join(render_change(change) for change in list_changes(before, after))
    return (
        f'<article class="changed-example" data-example="{escape(after.key)}"><h3 dir="auto">'
        f'{escape(preview_input(after))}</h3><p class="example-key">{escape(after.key)}</p>{changes}</article>'
    )


def list_changes(before: Example, after: Example) -> Iterator[Change]:
    """Yield the fields that are different, a variable of the input each for itself."""
    old, new = _list_fields(before), _list_fields(after)
    for name in dict.fromkeys([*new, *old]):
        if name not in old:
            yield Change(name, "added", None, new[name])
        elif name not in new:
            yield Change(name, "removed", old[name], None)
        elif old[name] != new[name]:
            yield Change(name, "changed", old[name], new[name])


def _list_fields(example: Example) -> dict[str, object]:
    said = {name: value for name, value in write_example(example).items() if name not in _NOT_SAID}
    inputs = {f"input.{name}": value for name, value in said.pop("input", {}).items()}
    return {**inputs, **said}


def _render_alone(kind: str, examples: Sequence[Example]) -> str:
    rows = "".join(
        f'<li><span class="tag is-{kind}">{kind}</span><span dir="auto">{escape(preview_input(one))}</span>'
        f'<span class="quiet" dir="auto">{escape(preview_expected(one))}</span></li>'
        for one in examples
    )
    return f'<ul class="alone" aria-label="{kind}">{rows}</ul>' if rows else ""


def _build_nothing() -> None:
    with Tag("div", "", "empty"):
        Tag("p", "There is nothing to compare yet.", "callout-title")
        Tag("p", "It takes two versions.")
