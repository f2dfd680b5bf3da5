"""How annotators did: how far they agree on each label, and what each of them came to."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from itertools import combinations
from statistics import median
from typing import Final

from answerable.reviews.agreement import alpha, kappa
from answerable.reviews.agreement.estimate import Estimate, estimate
from answerable.reviews.agreement.table import Ratings, Table, list_raters, make_table, order_categories
from answerable.reviews.answers import Answers
from answerable.reviews.labels import Label, LabelKind
from answerable.reviews.settling import find_majority, matches_gold, to_key
from answerable.reviews.spec import QueueSpec
from answerable.reviews.types import Annotation, AnnotatorFacts

_MOST_RATERS: Final = 20
"""Pairs are listed for so many annotators, those with the most items."""


@dataclass(frozen=True, slots=True)
class PairAgreement:
    """Cohen's kappa of two annotators over the items that both labelled; the weighted ones for a scale alone."""

    first: str
    second: str
    kappa: Estimate
    linear: Estimate | None = None
    quadratic: Estimate | None = None


@dataclass(frozen=True, slots=True)
class LabelAgreement:
    """How far annotators agree on one label. `interval` is alpha of a scale whose numbers count by their size."""

    label: str
    kind: LabelKind
    items: int
    raters: int
    alpha: Estimate
    fleiss: Estimate
    pairs: tuple[PairAgreement, ...]
    interval: Estimate | None = None


@dataclass(frozen=True, slots=True)
class AgreementReport:
    """`items` counts those with two annotations or more."""

    items: int
    labels: tuple[LabelAgreement, ...]


def report_agreement(spec: QueueSpec, said: Sequence[Annotation], *, seed: int = 0) -> AgreementReport:
    """Return how far the annotators agree on each label that can be compared. CPU-bound."""
    counts: dict[int, int] = defaultdict(int)
    for annotation in said:
        counts[annotation.item_id] += 1
    shared = [annotation for annotation in said if counts[annotation.item_id] > 1]
    labels = tuple(_report_label(label, shared, seed) for label in spec.labels if label.comparable)
    return AgreementReport(sum(count > 1 for count in counts.values()), labels)


def list_annotators(
    spec: QueueSpec, said: Sequence[tuple[Annotation, Answers | None]]
) -> list[AnnotatorFacts]:
    """Return what each annotator did, by name. `said` has each annotation with the right labels, where known."""
    by_item: dict[int, list[Annotation]] = defaultdict(list)
    by_annotator: dict[str, list[tuple[Annotation, Answers | None]]] = defaultdict(list)
    for annotation, gold in said:
        by_item[annotation.item_id].append(annotation)
        by_annotator[annotation.annotator].append((annotation, gold))
    return [_describe(spec, name, by_annotator[name], by_item) for name in sorted(by_annotator)]


def _describe(
    spec: QueueSpec,
    name: str,
    own: Sequence[tuple[Annotation, Answers | None]],
    by_item: dict[int, list[Annotation]],
) -> AnnotatorFacts:
    compared = [
        agreed
        for annotation, gold in own
        if gold is None
        for agreed in _compare(spec.labels, annotation, by_item[annotation.item_id])
    ]
    right = [
        matches_gold(spec.labels, annotation.labels, gold) for annotation, gold in own if gold is not None
    ]
    return AnnotatorFacts(
        annotator=name,
        items=len(own),
        median_seconds=median(annotation.seconds for annotation, _ in own),
        agrees=sum(compared) / len(compared) if compared else None,
        compared=len(compared),
        gold=sum(right) / len(right) if right else None,
        gold_items=len(right),
        last_at=max(annotation.created_at for annotation, _ in own),
    )


def _compare(labels: Sequence[Label], annotation: Annotation, said: Sequence[Annotation]) -> list[bool]:
    """Return for each label whether the annotator said what most did; labels without a majority are left out."""
    found = []
    for label in labels:
        if not label.comparable or len(said) < 2:
            continue
        most = find_majority([one.labels.get(label.name) for one in said])
        if most is not None:
            found.append(to_key(annotation.labels.get(label.name)) == most)
    return found


def _report_label(label: Label, said: Sequence[Annotation], seed: int) -> LabelAgreement:
    ratings: dict[str, dict[str, Hashable]] = defaultdict(dict)
    for annotation in said:
        value = annotation.labels.get(label.name)
        if value is not None:
            ratings[str(annotation.item_id)][annotation.annotator] = to_key(value)
    raters = list_raters(ratings)
    categories = _list_categories(label, ratings)
    table = make_table(ratings, raters, categories)
    scale = label.kind == "scale"
    level: alpha.Level = "ordinal" if scale else "nominal"
    sizes = [float(value) for value in categories if isinstance(value, int)] if scale else []
    return LabelAgreement(
        label=label.name,
        kind=label.kind,
        items=int((table.count_values().sum(axis=1) > 1) @ table.counts),
        raters=len(raters),
        alpha=estimate(alpha.make_alpha(table, level=level), undefined=alpha.UNDEFINED, seed=seed),
        fleiss=estimate(kappa.make_fleiss(table), undefined=kappa.UNDEFINED, seed=seed),
        pairs=tuple(_report_pairs(table, raters, scale=scale, seed=seed)),
        interval=estimate(
            alpha.make_alpha(table, level="interval", numbers=sizes), undefined=alpha.UNDEFINED, seed=seed
        )
        if scale
        else None,
    )


def _list_categories(label: Label, ratings: Ratings) -> list[Hashable]:
    """Return the values of a label in their order; several options at once count as a value of their own."""
    if label.kind == "scale":
        return list(range(label.least, label.most + 1))
    if label.kind == "boolean":
        return [False, True]
    if not label.many:
        return list(label.values)
    return order_categories(value for given in ratings.values() for value in given.values())


def _report_pairs(table: Table, raters: Sequence[str], *, scale: bool, seed: int) -> list[PairAgreement]:
    busiest = sorted(range(len(raters)), key=lambda place: -int((table.codes[:, place] >= 0) @ table.counts))
    pairs = []
    for first, second in combinations(sorted(busiest[:_MOST_RATERS]), 2):
        both = table.select((first, second))
        if not both.items:
            continue
        found = {
            weighting: estimate(
                kappa.make_cohen(both, weighting=weighting), undefined=kappa.UNDEFINED, seed=seed
            )
            for weighting in (_WEIGHTINGS if scale else _WEIGHTINGS[:1])
        }
        pairs.append(
            PairAgreement(
                raters[first], raters[second], found["none"], found.get("linear"), found.get("quadratic")
            )
        )
    return pairs


_WEIGHTINGS: Final[tuple[kappa.Weighting, ...]] = ("none", "linear", "quadratic")
