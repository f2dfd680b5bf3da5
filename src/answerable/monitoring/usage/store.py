"""Reading roll-ups for usage reports."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any, Final

from answerable.db.database import Connection
from answerable.monitoring.series.grid import Grid
from answerable.monitoring.series.store import clean, join_parts, list_parts
from answerable.monitoring.spend import Spend
from answerable.monitoring.usage.types import Amounts, Dimension, UsageFilter

MEASURING: Final = ("eval", "judge", "online")
"""The purposes of runs that nobody asked for but we."""

Place = tuple[str, str]
"""Of a row: the app where variants are told apart (else empty), and the name."""

_NAMES: Final[Mapping[Dimension, tuple[str, str]]] = {
    "app": ("''", "app"),
    "variant": ("app", "variant"),
    "model": ("''", "model"),
    "collection": ("''", "collection"),
    "key": ("''", "key_id"),
    "purpose": ("''", "purpose"),
    "day": ("''", "place::text"),
}
_COARSE: Final = frozenset({"app", "variant", "day", "purpose"})
_SUMS: Final = ", ".join(
    f"sum(sign * {name})"
    for name in (
        "requests", "errors", "cached", "input_tokens", "cached_input_tokens", "output_tokens", "reasoning_tokens",
        "cost_usd", "unpriced", "saved_usd",
    )
)  # fmt: skip
_APP: Final = """
    (%(app)s::text IS NULL OR app = %(app)s) AND (%(variant)s::text IS NULL OR variant = %(variant)s)
"""
_FINER: Final = f"""
    {_APP}
    AND (%(model)s::text IS NULL OR model = %(model)s)
    AND (%(collection)s::text IS NULL OR collection = %(collection)s)
    AND (%(key)s::text IS NULL OR key_id = %(key)s)
"""


@dataclass(frozen=True, slots=True)
class Scope:
    """The rows of one request."""

    grid: Grid
    filter: UsageFilter

    @property
    def values(self) -> dict[str, Any]:
        chosen = self.filter
        return {
            **list_parts(self.grid),
            **{
                name: clean(getattr(chosen, name))
                for name in ("app", "variant", "model", "collection", "key")
            },
            "measuring": list(MEASURING),
        }

    def choose_rows(self, by: Dimension) -> str:
        """Return the roll-up with the fewest rows that knows what is asked for, and which of its rows are meant."""
        chosen = self.filter
        if by in _COARSE and not (chosen.model or chosen.collection or chosen.key):
            return f"{join_parts('app_rollup')} WHERE {_APP}"
        return f"{join_parts('usage_rollup')} WHERE {_FINER}"


async def sum_by(tx: Connection, by: Dimension, scope: Scope) -> dict[Place, Amounts]:
    """Return what each app, model ... used; for days the name is the bucket's number in the grid."""
    app, name = _NAMES[by]
    purposes = "true" if by == "purpose" else "purpose <> ALL(%(measuring)s)"
    cursor = await tx.execute(
        f"SELECT {app}, {name}, {_SUMS},"
        " coalesce(sum(sign * cost_usd) FILTER (WHERE purpose = 'serve'), 0),"
        " coalesce(sum(sign * unpriced) FILTER (WHERE purpose = 'serve'), 0)"
        f" FROM {scope.choose_rows(by)} AND {purposes}"
        " GROUP BY 1, 2 HAVING sum(sign * requests) > 0",
        scope.values,
    )
    return {(row[0], row[1]): _to_amounts(row[2:]) async for row in cursor}


async def sum_by_user(tx: Connection, scope: Scope, *, limit: int) -> dict[Place, Amounts]:
    """Return what users used, those who used most; users are counted by day and app alone."""
    cursor = await tx.execute(
        "SELECT user_id, sum(requests), sum(errors), sum(tokens), sum(cost_usd) AS usd, sum(unpriced)"
        " FROM user_rollup WHERE day >= %(first)s AND day < %(after)s"
        " AND (%(app)s::text IS NULL OR app = %(app)s) GROUP BY user_id"
        " ORDER BY usd DESC, sum(tokens) DESC, user_id LIMIT %(limit)s",
        {
            **scope.values,
            "first": _day(scope.grid.edges[0]),
            "after": _day(scope.grid.edges[-1]),
            "limit": limit,
        },
    )
    return {
        ("", row[0]): Amounts(int(row[1]), int(row[2]), tokens=int(row[3]), spend=Spend(row[4], int(row[5])))
        async for row in cursor
    }


async def sum_purposes(tx: Connection, scope: Scope) -> dict[str, Spend]:
    """Return the spend by purpose."""
    cursor = await tx.execute(
        f"SELECT purpose, sum(sign * cost_usd), sum(sign * unpriced) FROM {scope.choose_rows('purpose')}"
        f" GROUP BY 1 HAVING sum(sign * requests) > 0 ORDER BY 1",
        scope.values,
    )
    return {purpose: Spend(usd, int(unpriced)) async for purpose, usd, unpriced in cursor}


async def count_accepted(tx: Connection, by: Dimension, scope: Scope) -> dict[Place, int]:
    """Return how many answers were accepted, for the dimensions that scores know: app, variant, day."""
    app, name = _NAMES[by]
    cursor = await tx.execute(
        f"SELECT {app}, {name}, sum(sign * total) FROM {join_parts('score_rollup')}"
        f" WHERE {_APP} AND name = 'accepted' AND source = 'code' GROUP BY 1, 2 HAVING sum(sign * count) > 0",
        scope.values,
    )
    return {(row[0], row[1]): round(row[2]) async for row in cursor}


def _to_amounts(sums: tuple[Any, ...]) -> Amounts:
    requests, errors, cached, given, given_cached, made, reasoned = (int(value) for value in sums[:7])
    return Amounts(
        requests=requests,
        errors=errors,
        cached=cached,
        input_tokens=given,
        cached_input_tokens=given_cached,
        output_tokens=made,
        reasoning_tokens=reasoned,
        tokens=given + made,
        spend=Spend(sums[7], int(sums[8])),
        saved_usd=Decimal(sums[9]),
        served=Spend(sums[10], int(sums[11])),
    )


def _day(edge: datetime) -> date:
    return edge.astimezone(UTC).date()
