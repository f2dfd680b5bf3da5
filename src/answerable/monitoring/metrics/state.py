"""What is read at a scrape rather than counted: traces that wait, budgets, breakers, jobs."""

from __future__ import annotations

import platform
from collections.abc import Iterable, Mapping, Sequence
from typing import Protocol

from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric

from answerable.access.budgets.types import BudgetStatus
from answerable.llm.status import ModelStatus
from answerable.monitoring.metrics import definitions as known
from answerable.monitoring.metrics.definitions import Definition

_BREAKER_STATES = ("closed", "open", "half_open")


class TraceCounters(Protocol):
    """What the trace service counts."""

    @property
    def dropped(self) -> int: ...

    @property
    def spilled(self) -> int: ...

    @property
    def waiting(self) -> int: ...


def describe_build(version: str) -> Metric:
    return _gauge(known.BUILD, [((version, platform.python_version()), 1.0)])


def describe_traces(traces: TraceCounters) -> list[Metric]:
    return [
        _counter(known.TRACES_DROPPED, traces.dropped),
        _gauge(known.TRACES_SPILLED, [((), float(traces.spilled))]),
        _gauge(known.TRACES_WAITING, [((), float(traces.waiting))]),
    ]


def describe_budgets(budgets: Sequence[BudgetStatus]) -> Metric:
    """Return the used part of each budget; a budget of each user stands for the one who used most of it."""
    shares: dict[tuple[str, str], float] = {}
    for status in budgets:
        name = "" if status.budget.scope == "user" else status.name
        place = (status.budget.title, name)
        shares[place] = max(status.share, shares.get(place, 0.0))
    return _gauge(known.BUDGET_SHARE, shares.items())


def describe_models(models: Sequence[ModelStatus]) -> list[Metric]:
    states = [
        ((model.name, state), float(model.breaker == state)) for model in models for state in _BREAKER_STATES
    ]
    in_flight = [((model.name,), float(model.in_flight)) for model in models]
    return [_gauge(known.BREAKER, states), _gauge(known.IN_FLIGHT, in_flight)]


def describe_jobs(jobs: Mapping[tuple[str, str], int]) -> Metric:
    """Return how many jobs are in each state, by (queue, state)."""
    return _gauge(known.JOBS, ((place, float(count)) for place, count in jobs.items()))


def _gauge(definition: Definition, samples: Iterable[tuple[tuple[str, ...], float]]) -> Metric:
    family = GaugeMetricFamily(definition.name, definition.documentation, labels=definition.labels)
    for labels, value in samples:
        family.add_metric(labels, value)
    return family


def _counter(definition: Definition, value: float) -> Metric:
    return CounterMetricFamily(definition.name.removesuffix("_total"), definition.documentation, value=value)
