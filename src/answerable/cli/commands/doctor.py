"""`answerable doctor`: what works, what does not, and what to do."""

from __future__ import annotations

import asyncio
import json
import shutil
from collections.abc import Awaitable, Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Literal

import typer
from rich.console import Console

from answerable.cli.errors import FAILED
from answerable.cli.options import JsonOption, WorkspaceOption
from answerable.core.closeness import suggest
from answerable.core.errors import AnswerableError
from answerable.wiring import Services, Settings, load_settings, open_services

State = Literal["ok", "warning", "failed"]
_MARKS = {"ok": "[green]ok     [/]", "warning": "[yellow]warning[/]", "failed": "[red]failed [/]"}
_LOW_DISK_BYTES = 2 << 30


@dataclass(frozen=True, slots=True)
class Check:
    name: str
    state: State
    detail: str
    hint: str | None = None


def doctor(workspace: WorkspaceOption = None, as_json: JsonOption = False) -> None:
    """Check database, extension, embedder, model, traces, budgets and disk. Exit status 1 when one has failed."""
    checks, collections = asyncio.run(_examine(load_settings(workspace)))
    if as_json:
        report = {"checks": [asdict(check) for check in checks], "collections": collections}
        typer.echo(json.dumps(report, ensure_ascii=False))
    else:
        _print(checks, collections)
    if any(check.state == "failed" for check in checks):
        raise typer.Exit(FAILED)


async def _examine(settings: Settings) -> tuple[list[Check], list[dict[str, Any]]]:
    checks = [_check_disk(settings)]
    try:
        async with open_services(settings) as services:
            seen = [
                await _guarded(check, services)
                for check in (_check_database, _check_embedder, _check_model, _check_traces, _check_budgets)
            ]
            rerankers = [await _check_reranker(services, name) for name in _list_rerankers(services)]
            return [*checks, *seen, *rerankers], await _collections(services)
    except AnswerableError as error:
        return [*checks, Check("start", "failed", error.detail, error.hint)], []


async def _guarded(check: Callable[[Services], Awaitable[Check]], services: Services) -> Check:
    """One failing check must not hide the others."""
    try:
        return await check(services)
    except AnswerableError as error:
        return Check(check.__name__.removeprefix("_check_"), "failed", error.detail, error.hint)


def _check_disk(settings: Settings) -> Check:
    free = shutil.disk_usage(_find_existing(settings.workspace)).free
    state: State = "ok" if free > _LOW_DISK_BYTES else "warning"
    hint = None if state == "ok" else "Free some space: the database stops writing when the disk is full."
    return Check("disk", state, f"{free / 2**30:.1f} GiB free at {settings.workspace}", hint)


def _find_existing(folder: Path) -> Path:
    """Return the folder, or the nearest one above it that is there: the workspace may not be made yet."""
    return next(path for path in (folder, *folder.parents) if path.is_dir())


async def _check_database(services: Services) -> Check:
    async with services.database.transaction() as tx:
        cursor = await tx.execute(
            "SELECT current_setting('server_version'), "
            "(SELECT extversion FROM pg_extension WHERE extname = 'vector'), pg_database_size(current_database())"
        )
        row = await cursor.fetchone()
    assert row is not None
    kind = "embedded" if services.settings.database_url is None else "DATABASE_URL"
    return Check(
        "database", "ok", f"PostgreSQL {row[0]}, pgvector {row[1]}, {row[2] / 2**20:.0f} MiB ({kind})"
    )


async def _check_embedder(services: Services) -> Check:
    health = await services.models.check_embedder(services.settings.embedder)
    return Check("embedder", "ok" if health.ok else "failed", f"{health.name}: {health.detail}", health.hint)


async def _check_model(services: Services) -> Check:
    name = services.apps.get_variant().content.model[0][0]
    if name.startswith("local:"):
        return Check(
            "model",
            "ok",
            f"{name}: quotes the sources, offline",
            "For written answers set a provider's key, such as OPENAI_API_KEY, or default_model in answerable.toml.",
        )
    health = await services.models.check(name)
    return Check("model", "ok" if health.ok else "failed", f"{health.name}: {health.detail}", health.hint)


def _list_rerankers(services: Services) -> list[str]:
    """Return the rerankers of the variants that a label is on: without them, nobody gets an answer of those."""
    labels = (label for app in services.apps.list_apps() for label in app.labels.values())
    groundings = (label.variant.content.grounding for label in labels)
    return sorted({one.reranker for one in groundings if one is not None and one.reranker is not None})


async def _check_reranker(services: Services, name: str) -> Check:
    health = await services.models.check_reranker(name)
    return Check("reranker", "ok" if health.ok else "failed", f"{health.name}: {health.detail}", health.hint)


async def _check_traces(services: Services) -> Check:
    if not services.traces.enabled:
        return Check("traces", "ok", "switched off in [traces]")
    spilled = await services.traces.count_spilled()
    if not spilled:
        return Check("traces", "ok", "none waits for the database")
    hint = "They are written when the database takes them; the longer that lasts, the more of the disk they need."
    return Check("traces", "warning", f"{spilled} wait in files for the database", hint)


async def _check_budgets(services: Services) -> Check:
    """A budget of an app or a key that is not there is no mistake yet, but a misspelt one would never be in force."""
    keys = await services.access.list_keys()
    known = {
        "app": {app.name for app in services.apps.list_apps()},
        "key": {"command-line", *(key.name for key in keys), *(str(key.id) for key in keys)},
    }
    budgets = services.settings.budgets
    for budget in budgets:
        names = known.get(budget.scope)
        if names is not None and budget.match != "*" and budget.match not in names:
            detail = f"there is no {budget.scope} {budget.match!r}, which a budget names"
            return Check("budgets", "warning", detail, suggest(budget.match, names) or None)
    return Check(
        "budgets", "ok", str(len(budgets)) if budgets else "none is set: nothing limits what is spent"
    )


async def _collections(services: Services) -> list[dict[str, Any]]:
    return [
        {
            "name": summary.name,
            "documents": summary.documents,
            "chunks": summary.chunks,
            "index": summary.index,
        }
        for summary in await services.knowledge.list_collections(groups=None)
    ]


def _print(checks: list[Check], collections: list[dict[str, Any]]) -> None:
    console = Console(highlight=False, soft_wrap=True)
    for check in checks:
        console.print(_MARKS[check.state], end=" ")
        console.print(f"{check.name:<9} {check.detail}", markup=False)
        if check.hint:
            console.print(f"        {check.hint}", style="dim", markup=False)
    for entry in collections:
        index = entry["index"] or "no index yet"
        console.print(
            f"        {entry['name']}: {entry['documents']} documents, {entry['chunks']} chunks ({index})",
            markup=False,
        )
