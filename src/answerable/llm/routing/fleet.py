"""The deployments of a process, each made once, with the limits that the models of a provider share."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from answerable.core.errors import AnswerableError
from answerable.llm.names import LOCAL, split_name
from answerable.llm.policy import CallPolicy
from answerable.llm.routing.breaker import Breaker
from answerable.llm.routing.deployment import Deployment
from answerable.llm.routing.limits import ConcurrencyLimit
from answerable.llm.routing.local import LocalModel, UnusableModel, explain_local
from answerable.llm.routing.model import RoutedModel
from answerable.llm.routing.types import CallPlan, Explain, SingleModel
from answerable.llm.status import ModelRecord, ModelStatus
from answerable.llm.types import ChatModel

_MOST_PLANS = 1000
_LOCAL_CONCURRENCY = 10_000
"""A model of this process queues by itself."""


@dataclass(frozen=True, slots=True)
class Source:
    """What a deployment is made of, from the provider's connection."""

    model: SingleModel
    explain: Explain


@dataclass(slots=True)
class Fleet:
    """`open_source` connects to a model by name, or raises InvalidInput or SetupError; `concurrency` is by provider."""

    policy: CallPolicy
    open_source: Callable[[str], Source]
    concurrency: Mapping[str, int]
    _deployments: dict[str, Deployment] = field(default_factory=dict)
    _limits: dict[str, ConcurrencyLimit] = field(default_factory=dict)
    _routed: dict[CallPlan, RoutedModel] = field(default_factory=dict)

    def find(self, plan: CallPlan) -> RoutedModel | None:
        """Return the model of that plan if it was made before."""
        return self._routed.get(plan)

    def route(self, plan: CallPlan) -> RoutedModel:
        """Return the model that a plan describes. Raises InvalidInput and SetupError when none of its models is usable.

        Otherwise a model that cannot be used fails when its turn comes, and the next one answers.
        """
        found = self._routed.get(plan)
        if found is None:
            if len(self._routed) >= _MOST_PLANS:
                self._routed.clear()
            found = self._routed[plan] = RoutedModel(plan, self._build_tiers(plan), self.policy)
        return found

    def add_local(self, model: ChatModel) -> None:
        """Add a chat model of this process under its own name."""
        self._add(Source(LocalModel(model), explain_local))

    def list_names(self) -> list[str]:
        return list(self._deployments)

    def list_status(self) -> list[ModelStatus]:
        return [_describe(deployment) for deployment in self._deployments.values()]

    def _build_tiers(self, plan: CallPlan) -> list[list[Deployment]]:
        built: dict[str, Deployment] = {}
        reasons: dict[str, AnswerableError] = {}
        for name in plan.models:
            try:
                built[name] = self._deployments.get(name) or self._add(self.open_source(name))
            except AnswerableError as error:
                reasons[name] = error
                unusable = Source(UnusableModel(name, error), explain_local)
                built[name] = self._make(unusable)
        if len(reasons) == len(built):
            raise next(iter(reasons.values()))
        return [[built[name] for name in dict.fromkeys(tier)] for tier in plan.tiers]

    def _add(self, source: Source) -> Deployment:
        # Two threads may make the same one; the first that is kept counts.
        return self._deployments.setdefault(source.model.name, self._make(source))

    def _make(self, source: Source) -> Deployment:
        provider = split_name(source.model.name)[0]
        most = _LOCAL_CONCURRENCY if provider == LOCAL else self.concurrency.get(provider, _LOCAL_CONCURRENCY)
        return Deployment(
            model=source.model,
            explain=source.explain,
            limit=self._limits.setdefault(provider, ConcurrencyLimit(provider, most)),
            breaker=Breaker(self.policy.breaker, self.policy.clock),
            record=ModelRecord(self.policy.clock),
        )


def _describe(deployment: Deployment) -> ModelStatus:
    breaker = deployment.breaker
    return deployment.record.describe(
        deployment.name,
        breaker=breaker.state,
        rests_for=breaker.get_rest(),
        error_rate=breaker.get_error_rate(),
    )
