"""What users, reviewers and evaluators said of a run."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from uuid import UUID

from answerable.console.elements import Markup, Tag
from answerable.console.parts.calibration import render_calibration
from answerable.console.parts.traces.marks import render_moment
from answerable.evaluation.judging.calibration.types import Found
from answerable.feedback.types import Score

_HEADS = ("What", "Value", "By", "When")


def build_scores(scores: Sequence[Score], calibrations: Mapping[UUID, Found | None]) -> None:
    """Build the table; each score of a judge has beside it how far that judge agrees with people."""
    with Tag("section", "", "block", aria_label="Feedback and scores"):
        Tag("h2", "Feedback and scores")
        if not scores:
            Tag("p", "Nobody has said anything yet.", "quiet")
            return
        with Tag("table", "", "rows"):
            with Tag("thead"), Tag("tr"):
                for head in _HEADS:
                    Tag("th", head)
            with Tag("tbody"):
                for score in scores:
                    _build_score(score, calibrations)


def _build_score(score: Score, calibrations: Mapping[UUID, Found | None]) -> None:
    with Tag("tr"):
        Tag("td", score.name)
        with Tag("td"):
            Tag("span", _write_value(score))
            if score.text:
                Tag("p", score.text, "quiet")
        with Tag("td"):
            Tag("span", " · ".join(part for part in (score.source, score.evaluator, score.by) if part))
            if score.id in calibrations:
                Markup(render_calibration(calibrations[score.id]))
        moment = score.updated_at or score.created_at or score.answered_at
        Markup(render_moment(moment), tag="td")


def _write_value(score: Score) -> str:
    if score.label is not None:
        return score.label if score.value is None else f"{score.label} ({score.value:g})"
    return "" if score.value is None else f"{score.value:g}"
