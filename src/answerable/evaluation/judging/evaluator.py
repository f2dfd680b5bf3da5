"""An evaluator that is a judge: it shows a case to an app and gives what the app says."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from typing import Any, Final, Literal

from answerable.evaluation.judging.families import find_self_preference
from answerable.evaluation.judging.panel import Panel
from answerable.evaluation.judging.types import Ruling
from answerable.evaluation.types import Case, Metric, Output, Score

_ONE_VOTE: Final = "The judge runs at temperature 0: all of its votes are one vote."

Show = Callable[[Case], Mapping[str, Any] | None]
"""Returns what the judge is shown of a case, None where the case has nothing to judge."""


class JudgeEvaluator:
    """Implements `Evaluator`. `version` names the judge's variant, see `judging.version`."""

    source: Literal["judge"] = "judge"

    def __init__(self, panel: Panel, *, id: str, version: str, metric: Metric, show: Show) -> None:
        self.id = id
        self.version = version
        self.metrics = (metric,)
        self._panel = panel
        self._show = show

    async def evaluate(self, case: Case) -> Sequence[Score]:
        """Return the judge's score, None as its value where it abstains. Raises as `Panel.decide` does."""
        shown = self._show(case)
        if shown is None:
            return ()
        ruling = await self._panel.decide(shown, about=case.output.trace_id)
        details = describe(ruling, self._panel, of=case.output)
        return (Score(self.metrics[0].name, ruling.value, ruling.reason, ruling.cost_usd, details),)


def describe(ruling: Ruling, panel: Panel, *, of: Output) -> dict[str, Any]:
    """Return the JSON of a ruling for the page of an example: every vote, and what to beware of."""
    judge = panel.judge
    votes = [
        {key: value for key, value in asdict(vote).items() if key != "cost_usd" and value not in (None, "")}
        for vote in ruling.votes
    ]
    asked = [vote.model for vote in ruling.votes if vote.model] or judge.models
    warnings = [find_self_preference(asked, of.model)]
    if panel.votes > 1 and judge.temperature == 0:
        warnings.append(_ONE_VOTE)
    warning = " ".join(filter(None, warnings))
    return {"judge": judge.name, "votes": votes, **ruling.details} | ({"warning": warning} if warning else {})
