"""One judge, asked once or several times: majority of verdicts, mean of scores, and the right to abstain."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, Final

from answerable.core.errors import AnswerableError, DeadlineExceeded
from answerable.core.ids import new_trace_id
from answerable.evaluation.judging.costs import add_costs, find_cost, with_cost
from answerable.evaluation.judging.scale import Scale, UnreadableError, read
from answerable.evaluation.judging.types import AskJudge, BadJudgement, JudgeApp, Ruling, Vote

MOST_VOTES: Final = 15
_DEADLINE: Final = 120.0
_HINT: Final = (
    "Give the app an output schema with `reason` and `score` or `verdict`; its trace shows what it said."
)


class Panel:
    """Asks a judge `votes` times. `deadline` is seconds for one vote.

    Of verdicts only as many are asked as decide the majority: with three votes two that agree are enough.
    """

    def __init__(
        self, judge: JudgeApp, scale: Scale, ask: AskJudge, *, votes: int = 1, deadline: float = _DEADLINE
    ) -> None:
        self.judge = judge
        self.scale = scale
        self._ask = ask
        self.votes = votes
        self._deadline = deadline

    async def decide(self, shown: Mapping[str, Any], *, about: str | None = None) -> Ruling:
        """Return what the votes come to; of `shown` the judge gets the variables that it declares.
        `about` is the trace that is judged.

        Raises what its last vote did when no vote was cast, with `cost_usd` of all of them: BadJudgement,
        DeadlineExceeded, and what running the app raises.
        """
        given = {name: shown[name] for name in self.judge.inputs if name in shown}
        enough = self.votes // 2 + 1 if self.scale.key == "verdict" else self.votes
        votes, errors = await self._cast(given, about, enough)
        missing = self.votes - len(votes)
        if missing and _find_majority(votes, of=self.votes) is None:
            more, other = await self._cast(given, about, missing)
            votes, errors = votes + more, errors + other
        if len(errors) == len(votes):
            raise with_cost(errors[-1], add_costs(votes))
        return self._rule(votes)

    async def _cast(
        self, given: Mapping[str, Any], about: str | None, times: int
    ) -> tuple[tuple[Vote, ...], list[Exception]]:
        """Ask so many times at once. A failed vote is one too: it says why, and the errors come along."""
        cast = await asyncio.gather(*(self._vote(given, about) for _ in range(times)))
        return tuple(vote for vote, _ in cast), [error for _, error in cast if error is not None]

    async def _vote(self, given: Mapping[str, Any], about: str | None) -> tuple[Vote, Exception | None]:
        trace_id = new_trace_id()
        try:
            async with asyncio.timeout(self._deadline):
                said = await self._ask(self.judge.name, given, trace_id, about=about)
        except TimeoutError:
            late = DeadlineExceeded(
                f"The judge {self.judge.name!r} did not answer within {self._deadline:g} seconds.",
                hint="Raise the deadline of the evaluator, or take a faster model.",
            )
            return Vote(None, error=late.code, trace_id=trace_id), late
        except Exception as error:  # one vote's failure is counted, and raised when there is no other
            return Vote(None, error=_describe(error), cost_usd=find_cost(error), trace_id=trace_id), error
        paid = Vote(None, model=said.model, cost_usd=said.cost_usd, trace_id=trace_id)
        try:
            found = read(said.data, self.scale)
        except UnreadableError as error:
            bad = BadJudgement(f"The judge {self.judge.name!r} {error}.", hint=_HINT, cost_usd=said.cost_usd)
            return replace(paid, error=bad.code), bad
        return replace(paid, value=found.value, word=found.word, reason=found.reason), None

    def _rule(self, votes: tuple[Vote, ...]) -> Ruling:
        cast = [vote for vote in votes if not vote.error]
        said = [vote for vote in cast if vote.value is not None]
        cost = add_costs(votes)
        if 2 * len(said) < len(cast) or not said:
            reason = next(vote.reason for vote in cast if vote.value is None)
            return Ruling(None, reason or "The judge abstains.", votes, cost)
        if self.scale.key == "score":
            mean = sum(vote.value or 0.0 for vote in said) / len(said)
            nearest = min(said, key=lambda vote: abs((vote.value or 0.0) - mean))
            return Ruling(mean, nearest.reason, votes, cost)
        majority = _find_majority(said, of=len(said))
        if majority is None:
            return Ruling(None, "The votes are split.", votes, cost)
        return Ruling(majority, next(vote.reason for vote in said if vote.value == majority), votes, cost)


def _find_majority(votes: Sequence[Vote], *, of: int) -> float | None:
    """Return the value that more than half of `of` votes have."""
    counts = Counter(vote.value for vote in votes if vote.value is not None)
    value, count = counts.most_common(1)[0] if counts else (None, 0)
    return value if 2 * count > of else None


def _describe(error: Exception) -> str:
    """Return what is kept of a failure: the text of a foreign error may quote what was judged, and is left out."""
    return error.code if isinstance(error, AnswerableError) else type(error).__name__
