"""The counters of the day, by whose they are."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from itertools import islice
from typing import Final

from answerable.access.budgets.counters import Counter
from answerable.access.budgets.rules import Rules
from answerable.access.budgets.store import Key
from answerable.access.budgets.types import Scope, Spend, Spender

MAX_COUNTERS: Final = 50_000
"""Kept in memory, some 50 MB at most. Beyond, those not used for the longest go, and are read again when they come."""

_COMMAND_LINE: Final = "command-line"


class Book:
    """Keys, apps and all together are counted always, users where one of them has a budget."""

    def __init__(self, rules: Rules, *, today: date) -> None:
        self.today = today
        self._rules = rules
        self._counters: dict[tuple[Scope, str], Counter] = {}

    def __iter__(self) -> Iterator[Counter]:
        return iter(self._counters.values())

    def find(self, spender: Spender, today: date) -> list[Counter]:
        """Return the counters that a request of today goes on."""
        self.turn(today)
        key = _COMMAND_LINE if spender.key_id is None else str(spender.key_id)
        counters = [
            self._get("key", key, spender.key_name or key),
            self._get("app", spender.app, spender.app),
            self._get("all", "", "all"),
        ]
        if spender.user and self._rules.has_users:
            counters.append(self._get("user", spender.user, spender.user))
        return counters

    def turn(self, today: date) -> None:
        """Begin a new day. What is under way or unwritten still goes to the day that it began in."""
        if today != self.today:
            self.today = today
            self._counters.clear()

    def load(self, totals: Mapping[Key, Spend]) -> None:
        """Take over what the database knows of today."""
        for (_, scope, name), total in totals.items():
            self._get(scope, name, name or scope).stored = total

    def shrink(self) -> None:
        """Forget the counters used least recently, as far as there are too many."""
        surplus = max(0, len(self._counters) - MAX_COUNTERS)
        for place in [place for place, counter in islice(self._counters.items(), surplus) if counter.idle]:
            del self._counters[place]

    def _get(self, scope: Scope, name: str, title: str) -> Counter:
        counter = self._counters.pop((scope, name), None)
        if counter is None or counter.title != title:
            counter = counter or Counter(scope, name, self.today)
            counter.title = title
            counter.budgets = self._rules.find(scope, name, title)
        self._counters[scope, name] = counter  # the one used last stands last
        return counter
