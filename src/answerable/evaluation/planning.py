"""From what somebody asks to be evaluated to the plan of a run: thing, dataset version, evaluators."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any, Final

from answerable.apps.service import AppService
from answerable.apps.types import App
from answerable.datasets.service import DatasetService
from answerable.datasets.types import DatasetVersion, Example
from answerable.evaluation.evaluators.context import EvaluatorContext
from answerable.evaluation.evaluators.defaults import AppKind, default_specs
from answerable.evaluation.evaluators.reading import read_specs
from answerable.evaluation.evaluators.registry import open_evaluators
from answerable.evaluation.evaluators.spec import EvaluatorSpec
from answerable.evaluation.runs.plan import EvalPlan
from answerable.evaluation.targets.opening import opened_target
from answerable.evaluation.targets.types import Measured

_LOOKED_AT: Final = 500
"""Examples that the choice of evaluators goes by, where nobody names some."""
_OF_RETRIEVAL: Final = ("retrieval", "latency")
"""What can be said of a search alone."""

OpenApp = Callable[[str | None], Awaitable[Measured]]
"""Opens the variant that `APP` or `APP@VARIANT` names. Raises NotFound."""


@dataclass(frozen=True, slots=True)
class Asked:
    """`app` is `APP` or `APP@VARIANT`; with a `target` it is only the name that the run is kept under.

    With `retrieval` the search of the variant is measured alone, and no model is asked. `dataset` is `NAME` (as it is
    now) or `NAME@3`. `evaluators` are entries as in a file; without any those of the app's file, and without these the
    ones that fit its kind and the examples. The rest as in EvalPlan.
    """

    app: str
    dataset: str
    target: str | None = None
    retrieval: bool = False
    evaluators: tuple[Any, ...] = ()
    split: str = ""
    tags: tuple[str, ...] = ()
    repeats: int = 1
    concurrency: int = 16
    deadline: float = 120.0
    max_usd: Decimal | None = None
    fresh: bool = False
    by: str = ""
    note: str = ""


class EvalPlanner:
    """Makes plans. `context` is what evaluators may need, `workspace` where paths of programs start from."""

    def __init__(
        self,
        *,
        datasets: DatasetService,
        apps: AppService,
        open_app: OpenApp,
        open_retrieval: OpenApp,
        context: EvaluatorContext,
        workspace: Path,
    ) -> None:
        self._datasets = datasets
        self._apps = apps
        self._open_app = open_app
        self._open_retrieval = open_retrieval
        self._context = context
        self._workspace = workspace

    @asynccontextmanager
    async def planned(self, asked: Asked) -> AsyncIterator[EvalPlan]:
        """Give the plan; its target can be asked while the context is open.

        Raises NotFound (`unknown_app`, `unknown_variant`, `unknown_dataset`), InvalidInput, and SetupError for an
        evaluator or a target that cannot be had here.
        """
        if asked.target is None:
            yield await self.plan(asked)
            return
        target = opened_target(
            asked.target, name=asked.app, workspace=self._workspace, deadline=asked.deadline
        )
        async with target as measured:
            yield await self.plan(asked, measured=measured)

    async def plan(self, asked: Asked, *, measured: Measured | None = None) -> EvalPlan:
        """Return the plan for a variant of an app, or for what is `measured` instead. Raises as `planned`."""
        version = await self._datasets.get_version(asked.dataset)
        app = self._find_app(asked.app)
        specs = await self._choose(asked, version, app)
        if measured is None:
            measured = await (self._open_retrieval if asked.retrieval else self._open_app)(asked.app)
        return EvalPlan(
            measured=measured,
            version=version,
            evaluators=tuple(open_evaluators(specs, self._context)),
            split=asked.split,
            tags=asked.tags,
            repeats=asked.repeats,
            concurrency=asked.concurrency,
            deadline=asked.deadline,
            max_usd=asked.max_usd,
            fresh=asked.fresh,
            by=asked.by,
            note=asked.note,
        )

    def _find_app(self, reference: str) -> App | None:
        """Return the app; a foreign thing may be measured under a name that no app has."""
        name = reference.partition("@")[0]
        return next((app for app in self._apps.list_apps() if app.name == name), None)

    async def _choose(
        self, asked: Asked, version: DatasetVersion, app: App | None
    ) -> tuple[EvaluatorSpec, ...]:
        entries = asked.evaluators or (() if app is None else app.evaluators)
        if asked.retrieval and not asked.evaluators:
            return read_specs(_OF_RETRIEVAL)
        if entries:
            return read_specs(entries)
        kind: AppKind | None = None if app is None or asked.target is not None else app.kind
        return default_specs(kind, await self._look_at(asked, version))

    async def _look_at(self, asked: Asked, version: DatasetVersion) -> list[Example]:
        batches = self._datasets.iterate_version(
            version, split=asked.split or None, tags=asked.tags, batch=_LOOKED_AT
        )
        async for batch in batches:
            return list(batch)
        return []
