"""The pages *Datasets*: all of them, and one with its examples, what is held, and its versions."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial

from fastapi import Request
from nicegui import ui

from answerable.console.elements import Button, Tag, notify
from answerable.console.frame import add_assets, build_frame
from answerable.console.parts.datasets.addresses import PATH, to_dataset, to_export
from answerable.console.parts.datasets.cards import build_cards, describe
from answerable.console.parts.datasets.comparison import build_comparison
from answerable.console.parts.datasets.example_list import ExampleList
from answerable.console.parts.datasets.filters import build_filters, read_query
from answerable.console.parts.datasets.held import HeldList
from answerable.console.parts.datasets.import_dialog import ImportDialog
from answerable.console.parts.datasets.versions import VersionList
from answerable.console.parts.dialogs import FormDialog
from answerable.console.visitor import Visitor
from answerable.core.errors import NotFound
from answerable.datasets.types import Dataset

_VIEWS = {"examples": "Examples", "held": "Held", "versions": "Versions", "compare": "Compare"}
_ASSETS = ("traces.css", "review.css", "evaluation.css", "evaluation.js")


async def build_datasets_page(visitor: Visitor, request: Request) -> None:
    """Build the list of datasets. Raises Forbidden for a key that may not see them."""
    del request
    visitor.authorise_reader()
    datasets = await visitor.services.datasets.list_datasets()
    build_frame(visitor, page="datasets")
    add_assets(*_ASSETS)
    with Tag("div", "", "page", id="main"):
        place = _build_list_head(visitor, datasets)
        with place:
            build_cards(datasets)


async def build_dataset_page(visitor: Visitor, request: Request) -> None:
    """Build the page of one dataset; its address says what it shows: `?view=`, and filters.

    Raises Forbidden for a key that may not see it, NotFound for a dataset that is not there.
    """
    visitor.authorise_reader()
    dataset = await _find(visitor, request.path_params["name"])
    build_frame(visitor, page="datasets")
    add_assets(*_ASSETS)
    ui.page_title(f"{dataset.name} - Answerable")
    query = dict(request.query_params)
    view = query.get("view", "")
    view = view if view in _VIEWS else "examples"
    with Tag("div", "", "page", id="main"):
        head = _build_head(dataset)
        _build_tabs(dataset, current=view)
        examples = await _build_view(visitor, dataset, view, query)
        with head:
            _build_actions(visitor, dataset, examples)


def _build_list_head(visitor: Visitor, datasets: list[Dataset]) -> Tag:
    with Tag("header", "", "page-head"):
        Tag("h1", "Datasets")
        actions = Tag("div", "", "page-actions")
    Tag("p", "Questions with what is right for them: what apps are measured on.", "page-lead")
    place = Tag("div")

    async def redraw() -> None:
        found = await visitor.services.datasets.list_datasets()
        place.clear()
        with place:
            build_cards(found)

    if visitor.may_write:
        dialog = ImportDialog(datasets=[one.name for one in datasets], done=redraw)
        with actions:
            Button("Bring in a file", icon="upload").on("click", dialog.open)
    return place


async def _find(visitor: Visitor, name: str) -> Dataset:
    datasets = visitor.services.datasets
    found = next((one for one in await datasets.list_datasets() if one.name == name), None)
    if found is None:
        await datasets.list_examples(name, limit=1)  # raises with what was probably meant
        raise NotFound(f"There is no dataset {name!r}.")
    return found


def _build_head(dataset: Dataset) -> Tag:
    with Tag("nav", "", "crumbs", aria_label="Breadcrumb"):
        Tag("a", "Datasets", href=PATH, data_back="")
    with Tag("header", "", "page-head"):
        Tag("h1", dataset.name)
        actions = Tag("div", "", "page-actions")
    Tag("p", dataset.description or f"{describe(dataset)}.", "page-lead")
    return actions


def _build_tabs(dataset: Dataset, *, current: str) -> None:
    with Tag("nav", "", "tabs", aria_label="Views of the dataset"):
        for name, title in _VIEWS.items():
            shown = f"{title} ({dataset.held:,})" if name == "held" and dataset.held else title
            here = "page" if name == current else None
            Tag("a", shown, "tab", href=to_dataset(dataset.name, view=name), aria_current=here)


async def _build_view(
    visitor: Visitor, dataset: Dataset, view: str, query: Mapping[str, str]
) -> ExampleList | None:
    match view:
        case "held":
            await HeldList(visitor, dataset.name).show()
        case "versions":
            await VersionList(visitor, dataset.name).show()
        case "compare":
            await build_comparison(visitor, dataset.name, query)
        case _:
            return await _build_examples(visitor, dataset, query)
    return None


async def _build_examples(visitor: Visitor, dataset: Dataset, query: Mapping[str, str]) -> ExampleList:
    wanted = read_query(query)
    build_filters(dataset.name, wanted, await visitor.services.datasets.list_versions(dataset.name))
    examples = ExampleList(visitor, dataset.name, wanted.to_selection())
    await examples.show()
    return examples


def _build_actions(visitor: Visitor, dataset: Dataset, examples: ExampleList | None) -> None:
    with Tag("details", "", "menu"):
        Tag("summary", "Export", "button")
        with Tag("div", "", "menu-items"):
            for format, title in (("yaml", "YAML, as files have it"), ("jsonl", "JSON Lines")):
                address = to_export(dataset.name, format=format)
                Tag("a", title, "menu-item", href=address, download="download")
    if not visitor.may_write:
        return
    _build_delete(visitor, dataset)
    if examples is None:
        return
    dialog = ImportDialog(datasets=[], dataset=dataset.name, done=examples.show)
    Button("Bring in a file", icon="upload").on("click", dialog.open)
    if not examples.is_version:
        new = Button("New example", "button is-primary", icon="plus", data_key="n")
        new.on("click", partial(examples.editor.open, None))


def _build_delete(visitor: Visitor, dataset: Dataset) -> None:
    async def delete(_: str) -> None:
        await visitor.check_writer()
        await visitor.services.datasets.delete(dataset.name)
        notify("The dataset is deleted.")
        ui.navigate.to(PATH)

    dialog = FormDialog(
        f"Delete {dataset.name}?",
        "All its examples and versions are gone. Evaluations on it stay, without what was asked and expected.",
        action="Delete",
        submit=delete,
        danger=True,
    )
    Button("Delete", "button is-danger").on("click", dialog.open)
