"""Errors on a terminal."""

from __future__ import annotations

import pytest

from answerable.cli.errors import FAILED, WRONG_USAGE, report
from answerable.core.errors import FieldProblem, InvalidFields, UpstreamFailed


def test_several_problems_stand_on_a_line_each(capsys: pytest.CaptureFixture[str]) -> None:
    problems = [FieldProblem("line 1", "It is empty."), FieldProblem("line 7", "It is [no] JSON.")]
    assert report(InvalidFields("2 of 9 rows are wrong", problems, hint="Mend them.")) == WRONG_USAGE
    lines = capsys.readouterr().err.splitlines()
    assert lines == [
        "error: 2 of 9 rows are wrong:",
        "  line 1: It is empty.",
        "  line 7: It is [no] JSON.",
        "hint:  Mend them.",
    ]


def test_the_error_of_a_run_names_its_trace(capsys: pytest.CaptureFixture[str]) -> None:
    error = UpstreamFailed("The provider had an error.")
    error.trace_id = "a" * 32
    assert report(error) == FAILED
    assert capsys.readouterr().err.splitlines()[-1] == f"trace: {'a' * 32}"
