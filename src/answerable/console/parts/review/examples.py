"""One key makes a reviewed case an example of a dataset."""

from __future__ import annotations

from typing import Any

from answerable.access.types import Principal
from answerable.console.elements import notify
from answerable.console.parts.figures import format_count
from answerable.console.parts.past_inputs import preview_values
from answerable.quality.cases import Case
from answerable.quality.examples import Made
from answerable.reviews.answers import check_answers
from answerable.wiring import Services


async def make_example(
    services: Services, case: Case, labels: dict[str, Any], *, principal: Principal
) -> None:
    """Add the case with these labels to the queue's dataset, and say so. Raises InvalidFields for the labels."""
    checked = check_answers(case.queue.spec.labels, labels, text=case.answer)
    example = await services.examples.draft_from_item(
        case.queue, case.item, by=principal.name, labels=checked, groups=principal.groups
    )
    made = await services.examples.add(case.queue.spec.examples_go_to, example)
    notify(describe(made), hint=describe_near(made))


def describe(made: Made) -> str:
    """Say what became of an example."""
    if not made.added.new:
        return f"The dataset {made.dataset} has just this example already."
    return f"Added to the dataset {made.dataset}."


def describe_near(made: Made) -> str | None:
    """Name the example that asks nearly the same, and say how many more do."""
    if not made.near:
        return None
    first, *more = made.near
    rest = f", and {format_count(len(more), 'other')}" if more else ""
    return f"It asks nearly the same as “{preview_values(first.example.input)[:120]}”{rest}."
