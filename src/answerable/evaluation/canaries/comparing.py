"""What a model is said to be, held against what it was said to be. No model is asked."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from answerable.evaluation.canaries.types import Change, ChangeKind, Seen
from answerable.llm.providers.types import ModelFacts
from answerable.llm.status import Served


def see(facts: ModelFacts, before: tuple[Served, ...], after: tuple[Served, ...]) -> Seen:
    """Return what is known of a model, and what has answered between two looks at what answered so far."""
    counted = {(one.model, one.fingerprint): one.answers for one in before}
    fresh = [one for one in after if one.answers > counted.get((one.model, one.fingerprint), 0)]
    return Seen(
        models=_names(one.model for one in fresh),
        fingerprints=_names(one.fingerprint for one in fresh),
        context_window=facts.context_window,
        input_price=facts.input_price,
        output_price=facts.output_price,
    )


def compare_seen(before: Seen, after: Seen) -> tuple[Change, ...]:
    """Return what has changed. What was or is unknown has not."""
    return tuple(_compare(before, after))


def _compare(before: Seen, after: Seen) -> Iterator[Change]:
    old, new = before.models, after.models
    if old and new and not set(new) <= set(old):
        yield _change("model", old, new, "It calls itself {after}; it was {before}.")
    old, new = before.fingerprints, after.fingerprints
    # A provider that runs a model in several places has a fingerprint for each, and any of them may answer.
    if old and new and not set(new) & set(old):
        yield _change("fingerprint", old, new, "Its fingerprint is {after}; it was {before}.")
    if before.context_window and after.context_window and before.context_window != after.context_window:
        yield _change(
            "context",
            (f"{before.context_window:,}",),
            (f"{after.context_window:,}",),
            "It takes {after} tokens; it took {before}.",
        )
    for word, was, now in (
        ("read", before.input_price, after.input_price),
        ("written", before.output_price, after.output_price),
    ):
        if was is not None and now is not None and was != now:
            text = f"The price of a million tokens {word} is {{after}}; it was {{before}}."
            yield _change("price", (_dollars(was),), (_dollars(now),), text)


def _change(kind: ChangeKind, before: tuple[str, ...], after: tuple[str, ...], text: str) -> Change:
    old, new = ", ".join(before), ", ".join(after)
    return Change(kind, old, new, text.format(before=old, after=new))


def _names(found: Iterator[str]) -> tuple[str, ...]:
    return tuple(sorted({name for name in found if name}))


def _dollars(price: Decimal) -> str:
    return f"${price.normalize():f}"
