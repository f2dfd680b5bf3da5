"""The values of usage reports."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Literal, get_args

from answerable.monitoring.spend import NOTHING, Spend

Dimension = Literal["app", "variant", "model", "collection", "key", "user", "day", "purpose"]
DIMENSIONS: tuple[Dimension, ...] = get_args(Dimension)


@dataclass(frozen=True, slots=True)
class UsageFilter:
    """Whose usage is meant; None is everybody's. `variant` is a variant's id, `key` an id of a key."""

    app: str | None = None
    variant: str | None = None
    model: str | None = None
    collection: str | None = None
    key: str | None = None


@dataclass(frozen=True, slots=True)
class Amounts:
    """What runs used. `spend` is of all of them, `served` of those that users asked for.

    `tokens` are input and output together. `accepted` counts the answers that their users accepted (see the guide on
    feedback), None where the report does not know.
    """

    requests: int = 0
    errors: int = 0
    cached: int = 0
    input_tokens: int = 0
    cached_input_tokens: int = 0
    output_tokens: int = 0
    reasoning_tokens: int = 0
    tokens: int = 0
    spend: Spend = NOTHING
    served: Spend = NOTHING
    saved_usd: Decimal = Decimal(0)
    accepted: int | None = None

    @property
    def cost_per_accepted_usd(self) -> Decimal | None:
        """Return what users' runs cost for each accepted answer; None when there is none, or no price is known.

        A lower bound while some prices are unknown (`served.unpriced`).
        """
        usd = self.served.usd
        return usd / self.accepted if self.accepted and usd is not None else None


@dataclass(frozen=True, slots=True)
class UsageRow:
    """One app, model, key ... `name` is what it is stored under (empty: none), `title` what people call it.

    A variant's row names its `app` too.
    """

    name: str
    title: str
    amounts: Amounts
    app: str | None = None


@dataclass(frozen=True, slots=True)
class UsageReport:
    """The days from `since` up to, not including, `until`, as the clocks of `zone` had them.

    `rows` are the dearest first, or days in their order; runs that measure others (purposes `eval`, `judge`, `online`)
    are in none of them but where rows are purposes. `purposes` is the spend of all runs, line by line.
    """

    by: Dimension
    since: date
    until: date
    zone: str
    rows: tuple[UsageRow, ...]
    total: Amounts
    purposes: Mapping[str, Spend]
