"""From the rule of a queue to scans: filters of traces, with the groups whose numbers they count against."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final

from answerable.apps.types import App
from answerable.reviews.rules import Conditions, Per, Rule, Selector
from answerable.reviews.types import Queue
from answerable.traces.types import TraceFilter

_ALL: Final = Selector(random=1.0)
"""What a rule without `any` selects by."""


@dataclass(frozen=True, slots=True)
class Scan:
    """Runs to look for. `share` keeps that part of them, `most` bounds what `group` ever puts in.

    `oldest` wants the oldest ones, where others are taken newest first.
    """

    filter: TraceFilter
    reason: str
    slice: str
    priority: int
    share: float = 1.0
    salt: str = ""
    group: str = ""
    most: int | None = None
    oldest: bool = False

    def keeps(self, trace_id: str) -> bool:
        """Tell whether a trace is in the share: for one queue it is always the same ones."""
        if self.share >= 1:
            return True
        digest = hashlib.blake2b(f"{self.salt}/{trace_id}".encode(), digest_size=8).digest()
        return int.from_bytes(digest, "big") / 2**64 < self.share


@dataclass(frozen=True, slots=True)
class _Part:
    """One part of the runs: an app, a variant, a slice with a name, or all of them."""

    filter: TraceFilter
    name: str = ""
    group: str = ""
    most: int | None = None


def list_scans(queue: Queue, apps: Iterable[App]) -> list[Scan]:
    """Return what a queue's rule looks for among runs; disagreement is found among scores, see `scored`."""
    rule = queue.spec.rule
    if rule is None:
        return []
    known = tuple(apps)
    return [
        scan
        for selector in rule.any or (_ALL,)
        if selector.disagreement is None
        for scan in make_scans(queue, selector, known)
    ]


def make_scans(queue: Queue, selector: Selector, apps: Iterable[App]) -> list[Scan]:
    """Return the scans of one selector: one for each part of the runs that has a number of its own."""
    rule = queue.spec.rule
    assert rule is not None, "a selector belongs to a rule"
    known = tuple(apps)
    parts = _list_parts(rule, known)
    if selector.first is None:
        return [scan for part in parts if (scan := _make_scan(queue, selector, part)) is not None]
    per, count = selector.first.per, selector.first.count
    groups = list(_list_groups(per, known))
    return [
        replace(scan, group=f"first/{name}", most=count, oldest=True)
        for part in parts
        for name, group in groups
        if (both := meet(part.filter, group)) is not None
        and (scan := _make_scan(queue, selector, replace(part, filter=both))) is not None
    ]


def to_filter(conditions: Conditions) -> TraceFilter:
    """Return the conditions of a rule as a filter of traces; they have the same words."""
    return TraceFilter(**{name: getattr(conditions, name) for name in Conditions.model_fields})


def meet(first: TraceFilter, second: TraceFilter) -> TraceFilter | None:
    """Return the filter of the runs that both find; None where there can be none."""
    merged: dict[str, Any] = {}
    for name in TraceFilter.__dataclass_fields__:
        both = [value for value in (getattr(first, name), getattr(second, name)) if value not in (None, ())]
        if not both:
            continue
        merge = _MERGES.get(name, _merge_equal)
        value = merge(both)
        if value is None:
            return None
        merged[name] = value
    if "since" in merged and "until" in merged and merged["since"] >= merged["until"]:
        return None
    return TraceFilter(**merged)


def within(filter: TraceFilter, since: datetime | None, until: datetime | None) -> TraceFilter | None:
    """Return the filter in a time, `until` exclusive; None where nothing is left of it."""
    return meet(filter, TraceFilter(since=since, until=until))


def _merge_equal(values: list[Any]) -> Any:
    return values[0] if all(value == values[0] for value in values) else None


def _merge_sets(values: list[tuple[Any, ...]]) -> tuple[Any, ...] | None:
    common = tuple(value for value in values[0] if all(value in other for other in values))
    return common or None


_MERGES: Final[dict[str, Any]] = {
    "since": max,
    "until": min,
    "min_duration_ms": max,
    "min_cost_usd": max,
    "max_retrieval_score": min,
    "purposes": _merge_sets,
    "ids": _merge_sets,
    "text": " ".join,
}


def _list_parts(rule: Rule, apps: tuple[App, ...]) -> list[_Part]:
    where = to_filter(rule.where)
    if rule.slices:
        parts = [
            _Part(both, one.name, f"slice/{one.name}", one.count)
            for one in rule.slices
            if (both := meet(where, to_filter(one.where))) is not None
        ]
    elif rule.quota is not None:
        parts = [
            _Part(both, name, f"quota/{name}", rule.quota.count)
            for name, group in _list_groups(rule.quota.per, apps)
            if (both := meet(where, group)) is not None
        ]
    else:
        parts = [_Part(where)]
    return parts


def _list_groups(per: Per, apps: tuple[App, ...]) -> Iterator[tuple[str, TraceFilter]]:
    """Yield the name and the filter of each app, or of each variant or label of all apps."""
    for app in apps:
        if per == "app":
            yield app.name, TraceFilter(app=app.name)
        elif per == "variant":
            for variant in app.variants:
                yield f"{app.name}/{variant.id}", TraceFilter(app=app.name, variant=variant.id)
        else:
            for label in app.labels:
                yield f"{app.name}/{label}", TraceFilter(app=app.name, label=label)


def _make_scan(queue: Queue, selector: Selector, part: _Part) -> Scan | None:
    found = meet(part.filter, _to_condition(selector))
    if found is None:
        return None
    return Scan(
        filter=found,
        reason=describe(selector, chosen=bool(queue.spec.rule and queue.spec.rule.any)),
        slice=part.name,
        priority=selector.priority,
        share=selector.random or 1.0,
        salt=str(queue.id),
        group=part.group,
        most=part.most,
    )


def _to_condition(selector: Selector) -> TraceFilter:
    return TraceFilter(
        feedback=selector.thumb, verdict=selector.verdict, max_retrieval_score=selector.retrieval_below
    )


def describe(selector: Selector, *, chosen: bool = True) -> str:
    """Return in a word or two why a run is in the queue; a rule without `any` takes `all` runs."""
    if not chosen:
        return "all"
    match selector.kind:
        case "thumb":
            return f"thumb {selector.thumb}"
        case "verdict":
            return f"{selector.verdict} sentence"
        case "retrieval_below":
            return "low retrieval score"
        case "disagreement":
            return "judge disagreement"
        case kind:
            return kind
