"""The version of a judge's scores: `tone@main@0123456789ab#1`. It names the app and the variant that judged.

A rubric that is an option of the evaluator, and not in the app, is part of who judges: `...ab+3f2a9c10#1`.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Final

from answerable.evaluation.judging.types import JudgeApp
from answerable.feedback.types import Score

PREFIX: Final = "judge:"
"""Begins the name of an evaluator that is an app: `judge:tone` asks the app `tone`."""


@dataclass(frozen=True, slots=True)
class JudgeRef:
    """The app that judges and the id of its variant, with the mark of the rubric where it was given one."""

    app: str
    variant: str

    @property
    def variant_id(self) -> str:
        """Return the id of the variant alone."""
        return self.variant.partition("+")[0]


def make_version(judge: JudgeApp, number: str, *, rubric: str = "") -> str:
    """Return the version of an evaluator that asks this judge; `number` names our code and the other options."""
    mark = f"+{hashlib.sha256(rubric.encode()).hexdigest()[:8]}" if rubric else ""
    return f"{judge.app}@{judge.variant}{mark}#{number}"


def find_judge(version: str) -> JudgeRef | None:
    """Return the judge that a version names, None for the version of an evaluator that is code."""
    named, hash_sign, _ = version.rpartition("#")
    app, at, variant = named.partition("@")
    return JudgeRef(app, variant) if hash_sign and app and at and variant else None


def find_online_judge(score: Score) -> JudgeRef | None:
    """Return the judge that scored a served answer, None where it was a person or code."""
    if score.source != "judge" or not score.evaluator.startswith(PREFIX):
        return None
    return JudgeRef(score.evaluator.removeprefix(PREFIX), score.evaluator_version)
