"""Which budgets a key, an app or a user has."""

from __future__ import annotations

from collections.abc import Sequence

from answerable.access.budgets.types import EVERYBODY, Budget, Scope
from answerable.core.errors import SetupError


class Rules:
    """The budgets by whom they hold for. Raises SetupError when two hold for the same."""

    def __init__(self, budgets: Sequence[Budget]) -> None:
        self.budgets = tuple(budgets)
        self.has_users = any(budget.scope == "user" for budget in budgets)
        self._by_match: dict[tuple[Scope, str], Budget] = {}
        for budget in budgets:
            place = budget.scope, EVERYBODY if budget.scope == "all" else budget.match
            if place in self._by_match:
                raise SetupError(
                    f"There are two budgets for {budget.title!r}.", hint="Write their limits into one."
                )
            self._by_match[place] = budget

    def find(self, scope: Scope, *names: str) -> tuple[Budget, ...]:
        """Return the budget that names it, else the one for everybody, else none."""
        for name in (*names, EVERYBODY):
            budget = self._by_match.get((scope, name))
            if budget is not None:
                return (budget,)
        return ()
