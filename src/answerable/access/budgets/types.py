"""The values of budgets: who spends, what was spent, how much may be."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Literal, get_args
from uuid import UUID

from answerable.core.errors import InvalidInput, SetupError

Scope = Literal["key", "app", "user", "all"]
SCOPES: tuple[Scope, ...] = get_args(Scope)
State = Literal["ok", "warning", "exhausted"]

EVERYBODY = "*"
"""The `match` of a budget that each key, app or user has for itself, unless one names it."""

MAX_NAME = 200


@dataclass(frozen=True, slots=True)
class Budget:
    """What one scope may use in a day (UTC). A limit of None is no limit; `usd` is US dollars.

    `match` names a key (its name or its id), an app or a user; `*` gives each one that no other budget names a budget
    of its own. The scope `all` is everything together. At `warn_at` of a limit a warning is logged.
    """

    scope: Scope
    match: str = EVERYBODY
    per: Literal["day"] = "day"
    requests: int | None = None
    tokens: int | None = None
    usd: Decimal | None = None
    warn_at: float = 0.8

    def __post_init__(self) -> None:
        limits = [limit for limit in (self.requests, self.tokens, self.usd) if limit is not None]
        if not limits or any(limit < 0 for limit in limits) or not 0 < self.warn_at <= 1:
            raise SetupError(
                f"The budget {self.title!r} is not valid.",
                hint="Give at least one of requests, tokens and usd, not below 0, and a warn_at over 0 and up to 1.",
            )

    @property
    def title(self) -> str:
        return self.scope if self.scope == "all" else f"{self.scope} {self.match}"


@dataclass(frozen=True, slots=True)
class Spend:
    """Used so far. `unpriced` counts the requests of unknown price: `usd` does not hold them."""

    requests: int = 0
    tokens: int = 0
    usd: Decimal = Decimal(0)
    unpriced: int = 0

    def __add__(self, other: Spend) -> Spend:
        return Spend(
            self.requests + other.requests,
            self.tokens + other.tokens,
            self.usd + other.usd,
            self.unpriced + other.unpriced,
        )

    def __bool__(self) -> bool:
        return bool(self.requests or self.tokens or self.usd or self.unpriced)


@dataclass(frozen=True, slots=True)
class Estimate:
    """What a call is expected to use, as long as nothing better is known."""

    tokens: float = 0.0
    usd: float = 0.0


@dataclass(frozen=True, slots=True)
class Spender:
    """On whose account a request goes. `key_id` None is the command line; `user` is who the client says asks.

    Raises InvalidInput for a user's name that cannot be stored.
    """

    app: str
    key_id: UUID | None = None
    key_name: str | None = None
    user: str | None = None

    def __post_init__(self) -> None:
        if self.user and not (len(self.user) <= MAX_NAME and self.user.isprintable()):
            raise InvalidInput(
                "The user's name is not acceptable.",
                hint=f"Name users in at most {MAX_NAME} printable characters; an id does.",
            )


@dataclass(frozen=True, slots=True)
class BudgetStatus:
    """A budget and one of those it holds for. `share` is the part of the tightest limit that is used, 1 all of it."""

    budget: Budget
    name: str
    used: Spend
    in_flight: int
    share: float
    state: State
    resets_at: datetime
