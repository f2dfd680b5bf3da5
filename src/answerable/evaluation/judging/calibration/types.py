"""The values of calibration."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal
from uuid import UUID

from answerable.reviews.agreement.estimate import Estimate


@dataclass(frozen=True, slots=True)
class Pair:
    """What a judge and people said of one answer, both from 0 to 1.

    `id` is the answer's trace, `at` when it was given. `slices` are the parts of the whole that it belongs to, such as
    `app:ask` or `tag:billing`; `length` is the answer's, in characters, None where it is not known.
    """

    id: str
    judge: float
    human: float
    at: datetime
    slices: tuple[str, ...] = ()
    length: int | None = None


@dataclass(frozen=True, slots=True)
class Share:
    """A share of `items` with Wilson's 95 % interval."""

    value: float
    low: float
    high: float
    items: int


@dataclass(frozen=True, slots=True)
class Agreement:
    """How far judge and people agree on some answers.

    `same` is the share on which they say the same, `kappa` Cohen's, beyond chance; of graded labels weighted by the
    square of the distance. `balanced_accuracy` is the mean over what people say of how often the judge says it too,
    None where people say only one thing. `bias` is how much higher the judge scores than people do, on average.
    """

    items: int
    same: Share
    kappa: Estimate
    balanced_accuracy: float | None
    bias: float


@dataclass(frozen=True, slots=True)
class SliceAgreement:
    """The agreement on one part of the answers."""

    name: str
    agreement: Agreement


@dataclass(frozen=True, slots=True)
class PeriodAgreement:
    """The agreement on the answers of a week or month that begins at `start` (UTC)."""

    start: datetime
    agreement: Agreement


@dataclass(frozen=True, slots=True)
class Drift:
    """The latest period against all before it: by how much less judge and people say the same.

    `low`..`high` is Newcombe's 95 % interval of `change` (now minus before). `drifted`: all of it is below zero.
    """

    change: float
    low: float
    high: float
    drifted: bool


@dataclass(frozen=True, slots=True)
class LengthBias:
    """Whether the judge favours long answers, or short ones, more than people do.

    `judge` and `human` are the rank correlations of their scores with the answers' length. `excess` is that of the
    judge's error (its score minus the people's), with its 95 % interval; `favours` says on which side of zero all of it
    lies, None where it holds zero.
    """

    judge: float | None
    human: float | None
    excess: float | None
    low: float | None
    high: float | None
    favours: Literal["long", "short"] | None
    items: int


@dataclass(frozen=True, slots=True)
class Calibration:
    """A judge held against people at one time. `app` and `variant` name the judge, `label` what people were asked.

    `categories` are the values that were told apart; `confusion[i][j]` counts the answers of which people said
    `categories[i]` and the judge `categories[j]`. `worst` are the traces on which they are furthest apart. `source` is
    `online` for scores of served answers, else what the pairs came from.
    """

    id: UUID
    app: str
    variant: str
    label: str
    source: str
    created_at: datetime
    by: str
    agreement: Agreement
    categories: tuple[float, ...]
    confusion: tuple[tuple[int, ...], ...]
    slices: tuple[SliceAgreement, ...] = ()
    periods: tuple[PeriodAgreement, ...] = ()
    drift: Drift | None = None
    length: LengthBias | None = None
    worst: tuple[str, ...] = ()
    since: datetime | None = None
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Bar:
    """How far a judge must agree with people before it may gate: Cohen's kappa over so many answers at least.

    0.6 is where agreement is called substantial (Landis and Koch 1977).
    """

    kappa: float = 0.6
    items: int = 50


@dataclass(frozen=True, slots=True)
class JudgeStatus:
    """A judge, and how far it can be trusted. `problem` is why it cannot judge now, empty where it can.

    `calibration` is the newest of the variant that judges now, or, when `stale`, of an earlier one.
    """

    name: str
    variant: str
    models: tuple[str, ...] = ()
    problem: str = ""
    calibration: Calibration | None = None
    stale: bool = False
    builtin: bool = False


@dataclass(frozen=True, slots=True)
class Found:
    """The newest calibration of a judge; `stale`: of another variant than was asked for."""

    calibration: Calibration
    stale: bool = False
