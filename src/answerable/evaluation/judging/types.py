"""The values of judging: what a judge is, what it said, and what its votes came to."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, Protocol

from answerable.core.errors import InvalidInput


@dataclass(frozen=True, slots=True)
class Judgement:
    """What a judge said. `variant` is the id of the variant that did, `model` the model that answered."""

    data: Any
    cost_usd: Decimal | None
    variant: str
    model: str = ""


class AskJudge(Protocol):
    """Runs an app that judges."""

    async def __call__(
        self, app: str, input: Mapping[str, Any], trace_id: str, *, about: str | None = None
    ) -> Judgement:
        """Run `app` (`NAME` or `NAME@VARIANT`) under a trace id, as a run of the purpose `judge`.

        `about` is the trace that is judged: when that is erased, this run is too.
        """
        ...


class BadJudgement(InvalidInput):
    """A judge answered with something that is no judgement. `cost_usd` is what that cost, None where unknown."""

    code = "bad_judgement"

    def __init__(self, detail: str, *, hint: str, cost_usd: Decimal | None) -> None:
        super().__init__(detail, hint=hint)
        self.cost_usd = cost_usd


@dataclass(frozen=True, slots=True)
class JudgeApp:
    """An app of the kind `prompt` that judges, as it stands now.

    `name` is how it was asked for (`tone`, `tone@strict`), `variant` the id of the variant that this means. `inputs`
    are the variables that it declares, `schema` is its output's JSON Schema, `models` are all that may answer.
    """

    name: str
    variant: str
    inputs: tuple[str, ...]
    schema: Mapping[str, Any]
    models: tuple[str, ...] = ()
    temperature: float | None = 0.0

    @property
    def app(self) -> str:
        return self.name.partition("@")[0]


FindJudge = Callable[[str], JudgeApp]
"""Returns the judge of a name, without I/O. Raises NotFound for an unknown one, InvalidInput for what cannot judge."""


@dataclass(frozen=True, slots=True)
class Vote:
    """One call of a judge, whose run is `trace_id`. `value` None: it abstained, or `error` says why there is none."""

    value: float | None
    word: str = ""
    reason: str = ""
    error: str = ""
    model: str = ""
    cost_usd: Decimal | None = Decimal(0)
    trace_id: str = ""


@dataclass(frozen=True, slots=True)
class Ruling:
    """What the votes came to. `value` None: the judge abstains, as `reason` says.

    `cost_usd` None: the price of a vote is unknown.
    """

    value: float | None
    reason: str
    votes: tuple[Vote, ...]
    cost_usd: Decimal | None
    details: Mapping[str, Any] = field(default_factory=dict)
