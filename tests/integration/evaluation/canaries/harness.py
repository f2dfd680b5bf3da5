"""An app whose model is a fake one behind real HTTP, the examples that it is asked, and the checks of it."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field, replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import httpx
from prometheus_client import CollectorRegistry

from answerable.access.audit.service import AuditLog
from answerable.apps.service import AppService
from answerable.datasets.service import DatasetService
from answerable.datasets.types import Example
from answerable.db.database import Database
from answerable.evaluation.canaries.judging import CheckJudge
from answerable.evaluation.canaries.measuring import CanaryRunner
from answerable.evaluation.canaries.service import CanaryService
from answerable.evaluation.canaries.telling import TOPIC
from answerable.evaluation.canaries.types import CanarySettings, Check
from answerable.evaluation.evaluators.context import EvaluatorContext
from answerable.evaluation.gating.markdown import render_markdown
from answerable.evaluation.planning import EvalPlanner
from answerable.evaluation.runs.service import EvalService
from answerable.evaluation.targets.types import Measured
from answerable.evaluation.types import Output
from answerable.llm.policy import BreakerRules, CallPolicy
from answerable.llm.providers.types import Price, ProviderSettings
from answerable.llm.service import Models
from answerable.llm.types import ChatRequest, ChatResult, Message
from answerable.monitoring.alerts.delivering import Courier
from answerable.monitoring.alerts.service import AlertService
from answerable.monitoring.metrics.counters import make_counter
from answerable.monitoring.metrics.definitions import ALERT_DELIVERIES
from tests.fakes.clock import ShiftedClock
from tests.integration.apps.files import make_content, make_file

MODEL = "mine:fake-1"
SETTINGS = CanarySettings(datasets={"shop": "canary"}, channels=("ops",))


@dataclass
class Watch:
    """`gate` holds back the answers of the app while it is closed."""

    database: Database
    apps: AppService
    datasets: DatasetService
    url: str
    clock: ShiftedClock
    gate: asyncio.Event = field(default_factory=asyncio.Event)
    price: Decimal = Decimal(1)
    distrust: str = ""
    opened: list[Models] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.gate.set()
        self.evals = EvalService(self.database, datasets=self.datasets, clock=self.clock)
        counter = make_counter(CollectorRegistry(), ALERT_DELIVERIES)
        courier = Courier(self.database, {}, clock=self.clock, deliveries=counter)
        self.alerts = AlertService(
            self.database,
            (),
            courier,
            clock=self.clock,
            count_lost=lambda: 0,
            audit=AuditLog(self.database),
            topics=(TOPIC,),
        )

    async def may_gate(self, version: str, kappa: float) -> str | None:
        """Say what stands in `distrust` of every evaluator, code too."""
        return self.distrust or None

    def behave(self, behaviour: str) -> None:
        httpx.post(f"{self.url}/control", json={"behaviour": behaviour}, trust_env=False).raise_for_status()

    def tell_context(self, tokens: int) -> None:
        """Let the server's list of models say that the model takes so many tokens."""
        httpx.post(f"{self.url}/control", json={"context": tokens}, trust_env=False).raise_for_status()

    def count_requests(self) -> int:
        """Return how often the provider was asked since the last time."""
        count = int(httpx.get(f"{self.url}/control/requests", trust_env=False).json()["total"])
        httpx.delete(f"{self.url}/control/requests", trust_env=False).raise_for_status()
        return count

    async def register(self, prompt: str = "{{ question }}", *, evaluator: Any = "contains") -> None:
        """Put the app `shop` on a variant with this prompt, scored by this evaluator."""
        inputs = {"question": {"type": "string"}}
        content = make_content(prompt, model=[[MODEL]], input=inputs)
        file = replace(make_file("shop", base=content), evaluators=(evaluator,))
        await self.apps.apply([file], by="ana")

    async def add_examples(self, count: int = 14, *, expected: str = "number {}") -> None:
        for number in range(count):
            example = Example(
                input={"question": f"What is number {number}?"},
                expected=expected.format(number),
                key=f"q{number:02}",
            )
            await self.datasets.add_example("canary", example)

    def open(self, settings: CanarySettings = SETTINGS) -> CanaryService:
        """Return the service as another process would have it."""
        models = self._open_models()
        planner = EvalPlanner(
            datasets=self.datasets,
            apps=self.apps,
            open_app=_refuse,
            open_retrieval=_refuse,
            context=EvaluatorContext(),
            workspace=Path(),
        )

        async def open_model(reference: str, *, model: str) -> Measured:
            variant = self.apps.get_variant(reference).with_model(model)

            async def ask(example: Example) -> Output:
                await self.gate.wait()
                return await _ask(models, model, str(example.input["question"]))

            return Measured("shop", variant.name, variant.hash, "app", ask, reusable=True)

        runner = CanaryRunner(models, self.evals, planner, open_model=open_model, settings=settings)
        return CanaryService(
            self.database,
            apps=self.apps,
            runner=runner,
            judge=CheckJudge(self.evals, render=render_markdown, may_gate=self.may_gate),
            evals=self.evals,
            alerts=self.alerts,
            audit=AuditLog(self.database),
            settings=settings,
            clock=self.clock,
        )

    async def check(self, **changes: Any) -> Check:
        """Return the one check of the one model."""
        (check,) = await self.open(replace(SETTINGS, **changes)).check(by="ana")
        return check

    async def list_notices(self) -> list[tuple[str, str]]:
        """Return the state and the channel of each notice that was left, oldest first."""
        found = await self.alerts.list_deliveries()
        return [(one.notice.state, one.channel) for one in reversed(found)]

    async def close(self) -> None:
        for models in self.opened:
            await models.close()

    def _open_models(self) -> Models:
        prices = {"fake-1": Price(input=self.price, output=Decimal(2))}
        providers = [ProviderSettings("mine", "openai-compatible", f"{self.url}/v1", prices=prices)]
        never = BreakerRules(consecutive=100_000, least=100_000)
        policy = CallPolicy(attempts=1, breaker=never)
        models = Models(providers, default_chat_name=MODEL, policy=policy)
        self.opened.append(models)
        return models


async def _ask(models: Models, name: str, question: str) -> Output:
    model = await models.load(name)
    request = ChatRequest((Message("user", question),), stream=False)
    *_, result = [event async for event in model.stream(request)]
    assert isinstance(result, ChatResult)
    return Output(text=result.text, cost_usd=result.cost_usd, model=result.model)


async def _refuse(reference: str | None) -> Measured:
    raise AssertionError(f"nobody asks {reference} as it is")
