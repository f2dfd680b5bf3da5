"""Judges and their calibrations on a terminal."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from uuid import UUID

import pytest

from answerable.cli.judge_text import print_calibration, print_earlier
from answerable.evaluation.judging.calibration.service import make_calibration
from answerable.evaluation.judging.calibration.types import Calibration, Pair
from answerable.evaluation.judging.version import JudgeRef

MAY = datetime(2026, 5, 4, tzinfo=UTC)


def make(said: list[float], truth: list[float], *, at: datetime = MAY) -> Calibration:
    pairs = [Pair(f"{n}", *both, at) for n, both in enumerate(zip(said, truth, strict=True))]
    judge = JudgeRef("tone", "main@0123456789ab")
    return make_calibration(pairs, id=UUID(int=1), judge=judge, label="polite", source="online", at=at)


def test_a_judge_that_always_says_the_same_has_no_kappa_and_it_is_said_why(
    capsys: pytest.CaptureFixture[str],
) -> None:
    print_calibration(make([1.0] * 20, [0.0, 1.0] * 10))
    said = capsys.readouterr().out
    assert "against people's 'polite': 20 answers, served" in said
    assert "Kappa: The judge said the same of every answer. So nothing can be told" in said
    assert "0.00 (0.00 to 0.00)" not in said


def test_earlier_calibrations_are_told_with_what_they_rest_on(capsys: pytest.CaptureFixture[str]) -> None:
    newest = make([1.0, 0.0] * 20, [1.0, 0.0] * 20)
    part = replace(
        make([1.0, 0.0] * 10, [1.0, 1.0] * 10, at=MAY.replace(month=4)), since=MAY.replace(month=2)
    )
    print_earlier([newest, part])
    lines = capsys.readouterr().out.splitlines()
    assert [line.split()[0] for line in lines[1:]] == ["2026-05-04", "2026-04-04"]
    assert "served since 2026-02-04" in lines[2]
    assert "not defined" in lines[2]
