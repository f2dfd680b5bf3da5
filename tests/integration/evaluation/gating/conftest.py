"""Eval runs to decide over."""

from __future__ import annotations

from tests.integration.evaluation.runs.conftest import datasets, evals, make_plan, make_version

__all__ = ["datasets", "evals", "make_plan", "make_version"]
