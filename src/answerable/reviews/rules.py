"""Which runs a queue takes: plain data, checked when the queue is made."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated, Literal, Self

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, model_validator

Per = Literal["app", "variant", "label"]
Purpose = Literal["serve", "trial", "batch", "eval", "judge", "online"]
Share = Annotated[float, Field(gt=0, le=1)]
ScoreName = Annotated[str, Field(min_length=1, max_length=100)]


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Conditions(_Part):
    """What a run has to be; what is left out does not count. The words are those of a filter of traces."""

    app: str | None = None
    variant: str | None = None
    label: str | None = None
    user: str | None = None
    model: str | None = None
    collection: str | None = None
    purposes: tuple[Purpose, ...] = ("serve",)
    status: Literal["ok", "error", "cancelled"] | None = "ok"
    error_code: str | None = None
    since: AwareDatetime | None = None
    until: AwareDatetime | None = None
    min_duration_ms: float | None = Field(None, ge=0)
    min_cost_usd: Decimal | None = Field(None, ge=0)
    cached: bool | None = None
    abstained: bool | None = None
    verdict: Literal["supported", "partial", "unsupported", "unchecked"] | None = None
    feedback: Literal["up", "down", "any", "none"] | None = None
    max_retrieval_score: float | None = None
    text: str | None = Field(None, min_length=1, max_length=1000)

    @model_validator(mode="after")
    def _check(self) -> Self:
        if self.since is not None and self.until is not None and self.since >= self.until:
            raise ValueError("`since` is before `until`")
        return self


class Disagreement(_Part):
    """Two scores of one run that are apart: a judge's and people's, or two judges'.

    Values count from 0 to 1, a thumb as 0 or 1. `judge` and `other` are names of scores; `thumb` is the user's, and
    `human` whatever reviewers said under the judge's own name.
    """

    judge: ScoreName
    other: ScoreName = "thumb"
    apart: float = Field(0.5, gt=0, le=1)


class First(_Part):
    """The first runs of each app or variant since the queue was made, or since the conditions' `since`."""

    count: int = Field(ge=1, le=10_000)
    per: Per = "app"


class Selector(_Part):
    """One way into the queue. Exactly one of them is set."""

    random: Share | None = Field(None, description="this share of the runs, the same ones on every look")
    thumb: Literal["up", "down"] | None = None
    verdict: Literal["supported", "partial", "unsupported", "unchecked"] | None = None
    retrieval_below: float | None = Field(None, description="the best passage scored less")
    disagreement: Disagreement | None = None
    first: First | None = None
    priority: int = Field(0, ge=-100, le=100, description="higher ones come first")

    @property
    def kind(self) -> str:
        return next(iter(self._chosen()))

    def _chosen(self) -> list[str]:
        return [name for name in SELECTORS if getattr(self, name) is not None]

    @model_validator(mode="after")
    def _check(self) -> Self:
        if len(self._chosen()) != 1:
            raise ValueError(f"an entry of `any` has exactly one of {', '.join(SELECTORS)}")
        return self


SELECTORS = ("random", "thumb", "verdict", "retrieval_below", "disagreement", "first")


class Slice(_Part):
    """A named part of the runs with a number of its own; the name becomes a tag of what is made from its items."""

    name: str = Field(pattern=r"^[\w.:-]{1,60}$")
    where: Conditions = Conditions()
    count: int = Field(ge=1, le=1_000_000)


class Quota(_Part):
    """At most so many runs of each app, variant or label."""

    per: Per
    count: int = Field(ge=1, le=1_000_000)


class Rule(_Part):
    """Runs that meet `where` and one of `any` (all of them, without), up to the quotas of their slices."""

    where: Conditions = Conditions()
    any: tuple[Selector, ...] = Field((), max_length=20)
    slices: tuple[Slice, ...] = Field((), max_length=100)
    quota: Quota | None = None

    @model_validator(mode="after")
    def _check(self) -> Self:
        if self.slices and self.quota:
            raise ValueError("a rule has `slices` or a `quota`, not both")
        names = [slice.name for slice in self.slices]
        if len(set(names)) < len(names):
            raise ValueError("two slices have the same name")
        return self
