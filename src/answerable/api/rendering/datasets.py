"""Datasets, their versions and what was done with them as the API's JSON. The command line prints the same."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from answerable.api.review_json import render_example
from answerable.datasets.checking import CheckReport
from answerable.datasets.types import DatasetDiff, DatasetVersion, Imported
from answerable.quality.synthetic import Made


def render_version(version: DatasetVersion) -> dict[str, Any]:
    return {**asdict(version), "ref": version.ref}


def render_dataset_diff(diff: DatasetDiff) -> dict[str, Any]:
    return {
        "before": render_version(diff.before),
        "after": render_version(diff.after),
        "counts": {
            "added": diff.added_count,
            "removed": diff.removed_count,
            "changed": diff.changed_count,
            "unchanged": diff.unchanged_count,
        },
        "added": [render_example(one) for one in diff.added],
        "removed": [render_example(one) for one in diff.removed],
        "changed": [
            {"before": render_example(old), "after": render_example(new)} for old, new in diff.changed
        ],
    }


def render_imported(imported: Imported) -> dict[str, Any]:
    return asdict(imported)


def render_check(report: CheckReport) -> dict[str, Any]:
    return {
        "dataset": report.dataset,
        "examples": report.examples,
        "compared": report.compared,
        "findings": [
            {**asdict(one), "likeness": round(one.likeness, 4), "leak": one.leak} for one in report.findings
        ],
    }


def render_synthetic(made: Made) -> dict[str, Any]:
    return {**render_imported(made.imported), "passages": made.passages, "failed": made.failed}
