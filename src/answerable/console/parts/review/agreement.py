"""How far annotators agree, and what each of them did."""

from __future__ import annotations

from collections.abc import Sequence

from answerable.console.elements import Tag
from answerable.console.parts.figures import format_count, format_moment
from answerable.reviews.agreement.estimate import Estimate
from answerable.reviews.reports import AgreementReport, LabelAgreement
from answerable.reviews.types import AnnotatorFacts

_WORDS = ((0.8, "good"), (0.667, "fair"), (-1.0, "poor"))
"""How Krippendorff reads alpha: from .8 rely on it, from .667 draw careful conclusions, below do not."""


def build_agreement(report: AgreementReport) -> None:
    """Build a card for each label, with the pairs of annotators below."""
    with Tag("section", "", "section", aria_label="Agreement"):
        Tag("h2", "Agreement")
        if not report.items:
            with Tag("div", "", "empty"):
                Tag("p", "Nobody has labelled the same item yet.", "callout-title")
                Tag("p", "Agreement needs items with two annotations; see the queue's setting annotators.")
            return
        Tag(
            "p",
            f"Over {format_count(report.items, 'item')} with two annotations or more; gold questions do not count.",
            "quiet",
        )
        for label in report.labels:
            _build_label(label)


def build_annotators(annotators: Sequence[AnnotatorFacts]) -> None:
    with Tag("section", "", "section", aria_label="Annotators"):
        Tag("h2", "Annotators")
        if not annotators:
            Tag("p", "Nobody has labelled anything yet.", "quiet")
            return
        with Tag("div", "", "table-scroll"), Tag("table", "", "table people"):
            with Tag("thead"), Tag("tr"):
                for head in ("Annotator", "Items", "Median time", "With most others", "Gold right", "Last"):
                    Tag("th", head)
            with Tag("tbody"):
                for facts in annotators:
                    _build_annotator(facts)


def _build_label(label: LabelAgreement) -> None:
    with Tag("article", "", "card agreement"):
        with Tag("div", "", "card-head"):
            Tag("h3", label.label)
            Tag("span", label.kind, "tag")
            _build_word(label.alpha)
        if label.alpha.value is None:
            Tag("p", label.alpha.reason, "quiet")
            return
        _build_row("Krippendorff’s α", "all", label.alpha)
        if label.interval is not None:
            _build_row("α, by size", "all", label.interval)
        _build_row("Fleiss’ κ", "all", label.fleiss)
        for pair in label.pairs:
            who = f"{pair.first} and {pair.second}"
            _build_row("Cohen’s κ", who, pair.kappa)
            if pair.linear is not None:
                _build_row("κ, linear weights", who, pair.linear)
            if pair.quadratic is not None:
                _build_row("κ, quadratic weights", who, pair.quadratic)


def _build_word(alpha: Estimate) -> None:
    if alpha.value is not None:
        value = alpha.value
        word = next(word for least, word in _WORDS if value >= least)
        style = {"good": "is-added", "fair": "is-changed", "poor": "is-removed"}[word]
        Tag("span", word, f"tag {style}", data_tip="α from .8: good, from .667: fair (Krippendorff)")


def _build_row(measure: str, who: str, estimate: Estimate) -> None:
    with Tag("div", "", "measure"):
        Tag("span", measure, "measure-name")
        Tag("span", who, "measure-who")
        _build_range(estimate)
        Tag("span", _write(estimate), "measure-value")
        Tag("span", format_count(estimate.items, "item"), "measure-items")


def _build_range(estimate: Estimate) -> None:
    """Draw the value and its interval on a line from 0 to 1."""
    with Tag("span", "", "range-line", aria_hidden="true"):
        if estimate.value is None:
            return
        if estimate.low is not None and estimate.high is not None:
            low, high = _clip(estimate.low), _clip(estimate.high)
            Tag("span", "", "range-band", style=f"left: {low:.1%}; width: {max(high - low, 0.005):.1%}")
        Tag("span", "", "range-dot", style=f"left: {_clip(estimate.value):.1%}")


def _build_annotator(facts: AnnotatorFacts) -> None:
    with Tag("tr"):
        Tag("td", facts.annotator, "person")
        Tag("td", f"{facts.items:,}")
        Tag("td", _write_seconds(facts.median_seconds))
        Tag("td", _write_share(facts.agrees, facts.compared, "label"))
        Tag("td", _write_share(facts.gold, facts.gold_items, "question"))
        Tag("td", f"{format_moment(facts.last_at)} UTC")


def _write(estimate: Estimate) -> str:
    if estimate.value is None:
        return "not defined"
    text = f"{estimate.value:.2f}"
    if estimate.low is not None and estimate.high is not None:
        text += f" ({estimate.low:.2f} to {estimate.high:.2f})"
    return text.replace("-", "−")


def _write_seconds(seconds: float) -> str:
    return f"{seconds:.1f} s" if seconds < 60 else f"{seconds / 60:.1f} min"


def _write_share(share: float | None, of: int, noun: str) -> str:
    return "–" if share is None else f"{share:.0%} of {of:,} {noun}{'' if of == 1 else 's'}"


def _clip(value: float) -> float:
    return min(1.0, max(0.0, value))
