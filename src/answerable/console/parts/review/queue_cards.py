"""The queues as cards: what they ask, how far they are."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from urllib.parse import quote

from answerable.console.elements import Button, Tag
from answerable.console.parts.facts import build_facts
from answerable.console.parts.figures import format_count
from answerable.reviews.types import Progress, Queue

Act = Callable[[Queue], Awaitable[None]]


def build_cards(queues: Sequence[tuple[Queue, Progress]], *, fill: Act | None, toggle: Act | None) -> None:
    """Build a card for each queue; `fill` and `toggle` are None for a key that may not change queues."""
    with Tag("ul", "", "cards"):
        for queue, progress in queues:
            with Tag("li", "", "card"):
                _build_head(queue, fill=fill, toggle=toggle)
                if queue.spec.description:
                    Tag("p", queue.spec.description, "card-text")
                build_progress(progress)
                build_facts(_list_facts(queue, progress))
                if queue.problem:
                    Tag("p", f"It is not filled: {queue.problem}", "card-problem")


def build_progress(progress: Progress) -> None:
    """Build the bar: what is done, what is disputed, and the rest."""
    done, disputed = _share(progress.done, progress), _share(progress.disputed, progress)
    label = f"{progress.done} done, {progress.disputed} disputed, {progress.open} open"
    with Tag("div", "", "queue-bar", role="img", aria_label=label, data_tip=label):
        Tag("span", "", "queue-bar-done", style=f"width: {done:.2%}")
        Tag("span", "", "queue-bar-disputed", style=f"width: {disputed:.2%}")


def to_page(queue: Queue, *, view: str = "") -> str:
    """Return the address of a queue's page."""
    return f"/review/{quote(queue.name)}" + (f"?view={view}" if view else "")


def _build_head(queue: Queue, *, fill: Act | None, toggle: Act | None) -> None:
    with Tag("div", "", "card-head"):
        with Tag("h2"):
            Tag("a", queue.name, "card-link", href=to_page(queue))
        if queue.state == "paused":
            Tag("span", "paused", "tag is-changed")
        if queue.spec.blind:
            Tag("span", "blind", "tag")
        if queue.spec.annotators > 1:
            Tag("span", f"{queue.spec.annotators} people an item", "tag")
        _build_actions(queue, fill=fill, toggle=toggle)


def _build_actions(queue: Queue, *, fill: Act | None, toggle: Act | None) -> None:
    if fill is None or toggle is None:
        return
    with Tag("div", "", "card-actions queue-actions"):
        if queue.spec.rule is not None:
            Button("Fill from the past").on("click", lambda: fill(queue))
            text = "Pause" if queue.state == "open" else "Resume"
            Button(text, label=f"{text} {queue.name}").on("click", lambda: toggle(queue))


def _list_facts(queue: Queue, progress: Progress) -> list[tuple[str, str]]:
    facts = [
        ("Open", f"{progress.open:,}"),
        ("Done", f"{progress.done:,} of {progress.items:,}"),
        ("Labels", ", ".join(label.shown for label in queue.spec.labels)),
    ]
    if progress.disputed:
        facts.insert(1, ("Disputed", f"{progress.disputed:,}"))
    if progress.gold:
        facts.append(("Gold", format_count(progress.gold, "question")))
    return facts


def _share(count: int, progress: Progress) -> float:
    return count / progress.items if progress.items else 0.0
