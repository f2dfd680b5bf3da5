"""One look at one model: its examples, or a word, and what is said of it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final, Protocol

from answerable.core.errors import NotFound
from answerable.evaluation.canaries.comparing import see
from answerable.evaluation.canaries.replaying import open_replay
from answerable.evaluation.canaries.types import Canary, CanarySettings, Check, Seen
from answerable.evaluation.planning import Asked, EvalPlanner
from answerable.evaluation.runs.service import EvalService
from answerable.evaluation.runs.types import EvalRun, ResultFilter
from answerable.evaluation.targets.types import Measured
from answerable.llm.providers.types import ModelFacts
from answerable.llm.status import Served

MOST_FAILED: Final = 0.1
"""With a larger share of the examples without an output, the model was away rather than another one."""


class OpenModel(Protocol):
    """Opens a variant with one model in place of its own."""

    async def __call__(self, reference: str, *, model: str) -> Measured: ...


class Health(Protocol):
    """What asking a model for a word came to."""

    @property
    def ok(self) -> bool: ...
    @property
    def detail(self) -> str: ...


class WatchedModels(Protocol):
    """What canaries ask of the models of this process."""

    async def look_up(self, name: str) -> ModelFacts: ...
    def list_served(self, name: str) -> tuple[Served, ...]: ...
    async def check(self, name: str | None = None) -> Health: ...


@dataclass(frozen=True, slots=True)
class Observation:
    """`run` is None where the model was only asked for a word. `problem` says why there is nothing to judge by; empty:
    there is."""

    seen: Seen
    run: EvalRun | None = None
    problem: str = ""


class CanaryRunner:
    """Asks models. Nothing is taken from earlier runs: the point is to ask again."""

    def __init__(
        self,
        models: WatchedModels,
        evals: EvalService,
        planner: EvalPlanner,
        *,
        open_model: OpenModel,
        settings: CanarySettings,
    ) -> None:
        self._models = models
        self._evals = evals
        self._planner = planner
        self._open_model = open_model
        self._settings = settings

    async def observe(
        self, canary: Canary, baseline: Check | None, *, by: str, newest: bool = False
    ) -> Observation:
        """Ask the model the examples of the baseline, or those of now where that has none or with `newest`.

        Raises what its settings, the dataset or the database are at odds with.
        """
        facts = await self._models.look_up(canary.model)
        before = self._models.list_served(canary.model)
        run, problem = None, ""
        if canary.variant is None:
            health = await self._models.check(canary.model)
            problem = "" if health.ok else health.detail
        else:
            dataset = canary.dataset if newest else _choose_version(canary, baseline)
            run = await self._measure(canary, dataset, by=by)
            problem = await self._find_problem(run)
        return Observation(see(facts, before, self._models.list_served(canary.model)), run, problem)

    async def renew(self, canary: Canary, baseline: Check, run: EvalRun) -> Check:
        """Return the baseline with its answers scored by the evaluators of a run; no model is asked for answers.

        An upgrade must not blind the canaries: scores of two versions are never put together. Raises as `observe`.
        """
        if baseline.run_id is None or not is_comparable(canary, baseline):
            return baseline
        try:
            earlier = await self._evals.get(baseline.run_id)
        except NotFound:
            return baseline
        if _list_versions(earlier) == _list_versions(run):
            return baseline
        asked = Asked(
            app=canary.reference,
            dataset=f"{earlier.dataset}@{earlier.version}",
            repeats=earlier.repeats,
            max_usd=self._settings.max_usd,
            by=run.by,
            note=f"canary of {canary.model}, scored again",
        )
        replay = await open_replay(earlier, self._evals.iterate_results(earlier.id))
        rescored = await self._evals.measure(await self._planner.plan(asked, measured=replay))
        return replace(baseline, run_id=rescored.id)

    async def _measure(self, canary: Canary, dataset: str, *, by: str) -> EvalRun:
        measured = await self._open_model(canary.reference, model=canary.model)
        asked = Asked(
            app=canary.reference,
            dataset=dataset,
            repeats=self._settings.repeats,
            max_usd=self._settings.max_usd,
            fresh=True,
            by=by,
            note=f"canary of {canary.model}",
        )
        return await self._evals.measure(await self._planner.plan(asked, measured=measured))

    async def _find_problem(self, run: EvalRun) -> str:
        if run.state != "done":
            return f"The run {run.state}: {run.reason}"
        if run.failed <= MOST_FAILED * run.total:
            return ""
        page = await self._evals.list_results(run.id, ResultFilter(failed=True), limit=1)
        error = page.results[0].error if page.results else ""
        return f"{run.failed} of {run.total} examples got no output, the first for: {error}"


def is_comparable(canary: Canary, baseline: Check | None) -> bool:
    """Tell whether behaviour can be held against the baseline: of the same variant, on the same dataset, and kept."""
    return (
        baseline is not None
        and canary.variant is not None
        and baseline.run_id is not None
        and baseline.variant_hash == canary.variant.hash
        and canary.dataset in (baseline.dataset, f"{baseline.dataset}@{baseline.version}")
    )


def _list_versions(run: EvalRun) -> dict[str, str]:
    return {one.id: one.version for one in run.evaluators}


def _choose_version(canary: Canary, baseline: Check | None) -> str:
    """Return the version of the baseline: only on the same examples can two runs be compared."""
    if baseline is None or not is_comparable(canary, baseline):
        return canary.dataset
    return f"{baseline.dataset}@{baseline.version}"
