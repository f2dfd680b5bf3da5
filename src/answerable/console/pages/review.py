"""The pages *Review*: the queues, and the work on one of them."""

from __future__ import annotations

from fastapi import Request
from nicegui import ui

from answerable.console.elements import Button, Tag, notify
from answerable.console.frame import add_assets, build_frame
from answerable.console.parts.review.agreement import build_agreement, build_annotators
from answerable.console.parts.review.disputed import DisputedCases
from answerable.console.parts.review.new_queue import NewQueue
from answerable.console.parts.review.queue_cards import build_cards, to_page
from answerable.console.parts.review.work import ReviewWork
from answerable.console.visitor import Visitor
from answerable.reviews.types import Progress, Queue

_VIEWS = {"work": "Review", "disputed": "Disputed", "agreement": "Agreement"}


async def build_review_page(visitor: Visitor, request: Request) -> None:
    """Build the list of queues. Raises Forbidden for a key that may not see them."""
    del request
    visitor.authorise_reader()
    build_frame(visitor, page="review")
    add_assets("review.css")
    with Tag("div", "", "page", id="main"):
        await QueueList(visitor).show()


async def build_queue_page(visitor: Visitor, request: Request) -> None:
    """Build the page of one queue; its address says what it shows: `?view=`.

    Raises Forbidden for a key that may not see it, NotFound for a queue that is not there.
    """
    visitor.authorise_reader()
    queue = await visitor.services.reviews.get(request.path_params["name"])
    progress = await visitor.services.reviews.count(queue)
    build_frame(visitor, page="review")
    add_assets("review.css", "review.js")
    ui.page_title(f"{queue.name} - Answerable")
    view = request.query_params.get("view", "")
    view = view if view in _VIEWS else "work"
    with Tag("div", "", "page is-review", id="main"):
        _build_head(queue)
        _build_tabs(queue, progress, current=view)
        await _build_view(visitor, queue, view)
        _build_keys()


class QueueList:
    """All queues; a key that may write makes, fills and pauses them."""

    def __init__(self, visitor: Visitor) -> None:
        self._visitor = visitor
        with Tag("header", "", "page-head"):
            Tag("h1", "Review")
            if visitor.may_write:
                new = NewQueue(visitor)
                with Tag("div", "", "page-actions"):
                    Button("New queue", icon="plus").on("click", new.open)
        Tag(
            "p",
            "Answers that people look at: what they say measures the app, and makes its examples.",
            "page-lead",
        )
        self._place = Tag("div")

    async def show(self) -> None:
        reviews = self._visitor.services.reviews
        found = [(queue, await reviews.count(queue)) for queue in await reviews.list_queues()]
        self._place.clear()
        with self._place:
            if not found:
                _build_nothing()
            writer = self._visitor.may_write
            build_cards(found, fill=self._fill if writer else None, toggle=self._toggle if writer else None)

    async def _fill(self, queue: Queue) -> None:
        await self._visitor.check_writer()
        notify(f"Looking through the past for {queue.name}.")
        taken = await self._visitor.services.queue_filler.fill_past(queue)
        await self.show()
        with self._place:  # the button that was clicked is gone, and the new ones are there when this is read
            notify(f"{taken.added:,} runs came in, {taken.known:,} were there already.")

    async def _toggle(self, queue: Queue) -> None:
        await self._visitor.check_writer()
        state = "paused" if queue.state == "open" else "open"
        await self._visitor.services.reviews.set_state(queue.name, "paused" if state == "paused" else "open")
        await self.show()


def _build_head(queue: Queue) -> None:
    with Tag("nav", "", "crumbs", aria_label="Breadcrumb"):
        Tag("a", "Review", href="/review")
    with Tag("header", "", "page-head"):
        Tag("h1", queue.name)
        if queue.spec.blind:
            Tag("span", "blind", "tag", data_tip="What others think is hidden until an item is done.")
    if queue.spec.description:
        Tag("p", queue.spec.description, "page-lead")


def _build_tabs(queue: Queue, progress: Progress, *, current: str) -> None:
    with Tag("nav", "", "tabs", aria_label="Views of the queue"):
        for name, title in _VIEWS.items():
            shown = f"{title} ({progress.disputed})" if name == "disputed" and progress.disputed else title
            here = "page" if name == current else None
            Tag("a", shown, "tab", href=to_page(queue, view=name), aria_current=here)


async def _build_view(visitor: Visitor, queue: Queue, view: str) -> None:
    match view:
        case "disputed":
            await DisputedCases(visitor, queue).show()
        case "agreement":
            build_agreement(await visitor.services.reviews.report_agreement(queue))
            build_annotators(await visitor.services.reviews.list_annotators(queue))
        case _:
            await ReviewWork(visitor, queue).show()


def _build_keys() -> None:
    keys = (
        ("1 … 9", "Choose in the group that is marked"),
        ("↑ ↓", "Go to another group"),
        ("Enter", "Save, and go on"),
        ("s", "Skip the item"),
        ("u", "Take back what was saved last"),
        ("c", "Correct the answer; Ctrl Enter saves from there"),
        ("e", "Make it an example of the dataset"),
        ("Shift 1 … 9", "Open a source"),
        ("Esc", "Close the passage, leave a field"),
    )
    with Tag("dialog", "", "dialog", id="review-keys", aria_label="Keys of this page"):
        Tag("h2", "Keys")
        with Tag("dl", "", "keys"):
            for key, meaning in keys:
                with Tag("div"):
                    with Tag("dt"):
                        for part in key.split(" "):
                            Tag("kbd", part) if part != "…" else Tag("span", " … ")
                    Tag("dd", meaning)
        with Tag("form", method="dialog"):
            Tag("button", "Close", "button", autofocus="autofocus")


def _build_nothing() -> None:
    with Tag("div", "", "empty"):
        Tag("p", "There is no queue yet.", "callout-title")
        Tag("p", "A queue picks answers by a rule and asks people about them: make one here, or from a file.")
