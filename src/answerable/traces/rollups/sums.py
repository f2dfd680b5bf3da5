"""A batch of runs added up: what goes into each row of the roll-ups."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Final, NamedTuple, TypeVar

from answerable.traces.rollups.bins import to_bin
from answerable.traces.rollups.facts import Facts

_Key = TypeVar("_Key")

LEVELS: Final = {"minute": 60, "hour": 3600, "day": 86_400}
"""Seconds of a bucket. Unix time has no leap seconds, so each begins at a whole minute, hour or day of UTC."""
_FINEST: Final = "minute"
_COARSER: Final = tuple(level for level in LEVELS if level != _FINEST)


class UsageKey(NamedTuple):
    """`bucket` is the Unix time at which it begins."""

    level: str
    bucket: int
    app: str
    variant: str
    label: str
    model: str
    collection: str
    key_id: str
    purpose: str


class AppKey(NamedTuple):
    level: str
    bucket: int
    app: str
    variant: str
    purpose: str


class UserKey(NamedTuple):
    day: int
    app: str
    user: str


class LatencyKey(NamedTuple):
    level: str
    bucket: int
    app: str
    variant: str
    measure: str
    bin: int


class ErrorKey(NamedTuple):
    level: str
    bucket: int
    app: str
    variant: str
    code: str


_Levelled = TypeVar("_Levelled", UsageKey, LatencyKey, ErrorKey)

Amounts = list[int | Decimal]
"""The sums of a row, in the order of its table's columns."""


@dataclass(frozen=True, slots=True)
class Sums:
    usage: dict[UsageKey, Amounts] = field(default_factory=dict)
    apps: dict[AppKey, Amounts] = field(default_factory=dict)
    users: dict[UserKey, Amounts] = field(default_factory=dict)
    latencies: Counter[LatencyKey] = field(default_factory=Counter)
    errors: Counter[ErrorKey] = field(default_factory=Counter)


def add_up(runs: Iterable[Facts]) -> Sums:
    """Return what the runs add to each row. Durations and errors are those of users' requests."""
    sums = Sums()
    for run in runs:
        _add_usage(sums, run)
        if run.user:
            _add_user(sums, run)
        if run.purpose == "serve":
            _add_service(sums, run)
    _add_coarser(sums)
    for key, amounts in sums.usage.items():
        _add(sums.apps, AppKey(key.level, key.bucket, key.app, key.variant, key.purpose), amounts)
    return sums


def _add_coarser(sums: Sums) -> None:
    """Add to hours and days what is in the minutes: a batch has far fewer of these than runs."""
    for usage, amounts in list(sums.usage.items()):
        for level in _COARSER:
            _add(sums.usage, _widen(usage, level), amounts)
    for latency, count in list(sums.latencies.items()):
        for level in _COARSER:
            sums.latencies[_widen(latency, level)] += count
    for error, count in list(sums.errors.items()):
        for level in _COARSER:
            sums.errors[_widen(error, level)] += count


def _widen(key: _Levelled, level: str) -> _Levelled:
    """Return the key of the wider bucket that this one is in."""
    return key._replace(level=level, bucket=key.bucket - key.bucket % LEVELS[level])


def _add_usage(sums: Sums, run: Facts) -> None:
    key = UsageKey(
        _FINEST, _find_minute(run), run.app, run.variant, run.label, run.model, run.collection, run.key_id,
        run.purpose,
    )  # fmt: skip
    _add(sums.usage, key, _measure_usage(run))


def _find_minute(run: Facts) -> int:
    return run.second - run.second % LEVELS[_FINEST]


def _measure_usage(run: Facts) -> Amounts:
    return [
        1, int(run.status == "error"), int(run.status == "cancelled"), int(run.cached), int(run.abstained),
        run.input_tokens, run.cached_input_tokens, run.output_tokens, run.reasoning_tokens,
        Decimal(run.cost_usd or 0), int(run.cost_usd is None), Decimal(run.saved_usd or 0),
        run.supported, run.partial, run.unsupported, run.unchecked,
    ]  # fmt: skip


def _add_user(sums: Sums, run: Facts) -> None:
    amounts: Amounts = [
        1, int(run.status == "error"), run.input_tokens + run.output_tokens, Decimal(run.cost_usd or 0),
        int(run.cost_usd is None),
    ]  # fmt: skip
    _add(sums.users, UserKey(run.second - run.second % LEVELS["day"], run.app, run.user), amounts)


def _add_service(sums: Sums, run: Facts) -> None:
    measured = {} if run.status == "cancelled" else {"duration": run.duration_ms}
    if run.first_token_ms is not None:
        measured["first_token"] = run.first_token_ms
    minute = _find_minute(run)
    for measure, ms in measured.items():
        sums.latencies[LatencyKey(_FINEST, minute, run.app, run.variant, measure, to_bin(ms))] += 1
    if run.error_code:
        sums.errors[ErrorKey(_FINEST, minute, run.app, run.variant, run.error_code)] += 1


def _add(held: dict[_Key, Amounts], key: _Key, amounts: Amounts) -> None:
    before = held.get(key)
    held[key] = (
        list(amounts) if before is None else [old + new for old, new in zip(before, amounts, strict=True)]
    )
