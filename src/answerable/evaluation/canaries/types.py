"""The values of canaries: what is watched, what was seen of it, and what a check found."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Literal
from uuid import UUID

from answerable.apps.types import Variant

ChangeKind = Literal["model", "fingerprint", "behaviour", "price", "context"]
CheckState = Literal["new", "same", "changed", "inconclusive", "failed"]
"""`new`: there was nothing to hold it against, so it is the baseline from now on. `inconclusive`: nothing changed that
is known at once, and the answers differ by too little or are too few to say more. `failed`: the model gave no answers,
or too few."""


@dataclass(frozen=True, slots=True)
class CanarySettings:
    """What is asked of which models, and who is told.

    The apps' variants at `labels` name the models. An app is asked the examples of `datasets[app]`, else of `dataset`,
    else of its gate's dataset; a model that no app asks any is asked for one word. `every` None: only by hand. `alpha`
    bounds how often chance alone looks like a change, in each check of each model.
    """

    dataset: str | None = None
    datasets: Mapping[str, str] = field(default_factory=dict)
    labels: tuple[str, ...] = ("production",)
    every: timedelta | None = None
    channels: tuple[str, ...] = ()
    repeats: int = 1
    max_usd: Decimal | None = None
    alpha: float = 0.01
    min_examples: int = 10


@dataclass(frozen=True, slots=True)
class Canary:
    """A model that is watched: at a label of an app, whose `variant` asks it the examples of `dataset`.

    Without these it is watched for itself; `app` and `label` are empty then. `variant` has just this model.
    """

    model: str
    app: str = ""
    label: str = ""
    reference: str = ""
    variant: Variant | None = None
    dataset: str = ""

    @property
    def key(self) -> tuple[str, str, str]:
        return self.app, self.label, self.model

    @property
    def name(self) -> str:
        """Return what people call it: `openai:gpt-5-mini in ask`."""
        return f"{self.model} in {self.app}" if self.app else self.model


@dataclass(frozen=True, slots=True)
class Seen:
    """What was seen of a model. `models` and `fingerprints` are what its provider said had answered, sorted.

    Prices are in US dollars for a million tokens of a short prompt. None is unknown.
    """

    models: tuple[str, ...] = ()
    fingerprints: tuple[str, ...] = ()
    context_window: int | None = None
    input_price: Decimal | None = None
    output_price: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Change:
    """One thing that is no longer as it was at the baseline. `text` says it in a sentence."""

    kind: ChangeKind
    before: str
    after: str
    text: str


@dataclass(frozen=True, slots=True)
class Check:
    """One look at one model. `report` is Markdown and holds none of the examples' texts; empty without a baseline.

    `run_id` is the eval run, None where the model was only asked for a word or the run is no longer kept.
    """

    id: UUID
    app: str
    label: str
    model: str
    at: datetime
    by: str
    state: CheckState
    seen: Seen
    variant: str = ""
    variant_hash: str = ""
    run_id: UUID | None = None
    dataset: str = ""
    version: int | None = None
    changes: tuple[Change, ...] = ()
    reason: str = ""
    report: str = ""

    @property
    def key(self) -> tuple[str, str, str]:
        return self.app, self.label, self.model

    @property
    def name(self) -> str:
        return f"{self.model} in {self.app}" if self.app else self.model


@dataclass(frozen=True, slots=True)
class Standing:
    """How a canary stands: its newest check, and the one that is its baseline, since when and by whom."""

    check: Check
    baseline: Check | None
    accepted_at: datetime | None = None
    accepted_by: str = ""
    told: str = ""
    """What people have heard of and is not over; empty where that is nothing."""
