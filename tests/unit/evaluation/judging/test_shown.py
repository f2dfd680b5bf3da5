"""How far a judge agrees with people stands wherever a report shows its score."""

from __future__ import annotations

from answerable.evaluation.reports.json_form import render_summary
from answerable.evaluation.reports.markdown import render_table
from answerable.evaluation.reports.texts import list_trust
from answerable.evaluation.runs.types import MetricSummary

TRUST = "kappa 0.72 (0.61 to 0.81) on 214 answers, 2026-11-03"
SUMMARY = (
    MetricSummary("exact", "exact", "1", 10, 0.5, 0.2, 0.8, 0),
    MetricSummary("pairwise", "judge:pairwise", "p@main@01#1", 10, 0.5, 0.2, 0.8, 0, trust=TRUST),
    MetricSummary(
        "pairwise.position_consistency", "judge:pairwise", "p@main@01#1", 10, 1.0, 0.7, 1.0, 0, trust=TRUST
    ),
)


def test_a_judge_is_told_of_once_and_code_not_at_all() -> None:
    assert list_trust(SUMMARY) == [("judge:pairwise", TRUST)]
    assert [line for line in render_table(SUMMARY) if "is a judge" in line] == [
        f"`judge:pairwise` is a judge: {TRUST}."
    ]
    assert [one["trust"] for one in render_summary(SUMMARY)] == [None, TRUST, TRUST]
