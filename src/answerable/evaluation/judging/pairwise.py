"""Which of two answers is better, asked in both orders: a judge that follows the place and not the text gives a tie.

L. Zheng et al., "Judging LLM-as-a-Judge with MT-Bench and Chatbot Arena", 2023, section 3.4.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass

from answerable.evaluation.judging.costs import add_costs, find_cost, sum_costs, with_cost
from answerable.evaluation.judging.panel import Panel
from answerable.evaluation.judging.showing import EMPTY
from answerable.evaluation.judging.types import Ruling


@dataclass(frozen=True, slots=True)
class Preference:
    """How much the first of two answers is preferred: 1, 0, or 0.5 for a tie; None: the judge abstains.

    `consistent` tells whether both orders came to the same, None where one of them abstained. `forward` is the ruling
    with the first answer in the first place, `backward` with it in the second.
    """

    value: float | None
    consistent: bool | None
    reason: str
    forward: Ruling
    backward: Ruling

    @property
    def ruling(self) -> Ruling:
        """Return both orders as one ruling."""
        votes = self.forward.votes + self.backward.votes
        orders = {
            "forward": self.forward.value,
            "backward": self.backward.value,
            "consistent": self.consistent,
        }
        return Ruling(self.value, self.reason, votes, add_costs(votes), orders)


class PairJudge:
    """Compares two answers to one input. The app declares `first` and `second` and says `first`, `second` or `tie`."""

    def __init__(self, panel: Panel) -> None:
        self.panel = panel

    async def compare(
        self, shown: Mapping[str, str], first: str, second: str, *, about: str | None = None
    ) -> Preference:
        """Ask in both orders, at once; `about` is the trace that is judged.

        Raises as `Panel.decide` does, also when one order alone fails.
        """
        first, second = first or EMPTY, second or EMPTY
        forward, backward = await asyncio.gather(
            self.panel.decide({**shown, "first": first, "second": second}, about=about),
            self.panel.decide({**shown, "first": second, "second": first}, about=about),
            return_exceptions=True,
        )
        if isinstance(forward, BaseException):
            other = find_cost(backward) if isinstance(backward, BaseException) else backward.cost_usd
            raise with_cost(forward, sum_costs([find_cost(forward), other]))
        if isinstance(backward, BaseException):
            raise with_cost(backward, sum_costs([find_cost(backward), forward.cost_usd]))
        return _combine(forward, backward)


def _combine(forward: Ruling, backward: Ruling) -> Preference:
    """Return the preference for the first answer. The order that disagrees with the other one makes it a tie."""
    if forward.value is None or backward.value is None:
        reason = forward.reason if forward.value is None else backward.reason
        return Preference(None, None, reason, forward, backward)
    turned = 1.0 - backward.value
    if forward.value == turned:
        return Preference(forward.value, True, forward.reason, forward, backward)
    reason = "The judge decides otherwise when the two change places."
    return Preference(0.5, False, reason, forward, backward)
