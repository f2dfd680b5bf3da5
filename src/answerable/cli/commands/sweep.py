"""`answerable sweep`: many settings of retrieval on one dataset, without asking a model."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import Annotated

import typer

from answerable.cli.index_progress import follow_index
from answerable.cli.options import JsonOption, WorkspaceOption
from answerable.cli.person import get_person
from answerable.cli.sweep_text import SweepProgress, print_sweep
from answerable.cli.sweep_values import read_names, read_numbers, read_rerankers, read_weights
from answerable.cli.working import working
from answerable.core.clock import SystemClock
from answerable.core.errors import InvalidInput, SetupError
from answerable.evaluation.sweeps.chart import draw_chart
from answerable.evaluation.sweeps.describing import render_sweep
from answerable.evaluation.sweeps.indexes import SweptIndexes, list_choices
from answerable.evaluation.sweeps.page import write_page
from answerable.evaluation.sweeps.running import SweepPlan, run_sweep
from answerable.evaluation.sweeps.types import Axes, Sweep
from answerable.wiring import Services, load_settings, open_services

_LIST = "Several with commas, or repeat."


def sweep(
    app: Annotated[
        str, typer.Argument(metavar="APP", help="A `rag` app, as APP or APP@LABEL or APP@VARIANT.")
    ],
    dataset: Annotated[str, typer.Option("--dataset", "-d", help="NAME or NAME@VERSION.")],
    chunk_tokens: Annotated[list[str] | None, typer.Option(help=f"Most tokens of a passage. {_LIST}")] = None,
    overlap: Annotated[
        list[str] | None, typer.Option(help=f"Tokens that two passages share. {_LIST}")
    ] = None,
    embedder: Annotated[list[str] | None, typer.Option(help=f"PROVIDER:MODEL. {_LIST}")] = None,
    index: Annotated[list[str] | None, typer.Option(help=f"Indexes that are there already. {_LIST}")] = None,
    dense_weight: Annotated[
        list[str] | None, typer.Option(help=f"Share of the vectors' score, 0 to 1 or auto. {_LIST}")
    ] = None,
    top_k: Annotated[list[str] | None, typer.Option(help=f"Passages for the model. {_LIST}")] = None,
    candidates: Annotated[list[str] | None, typer.Option(help=f"Passages looked at. {_LIST}")] = None,
    reranker: Annotated[
        list[str] | None,
        typer.Option(help=f"PROVIDER:MODEL that orders the best passages anew, or none. {_LIST}"),
    ] = None,
    metric: Annotated[str, typer.Option(help="Compare by it: ndcg@10, recall@5, mrr ...")] = "",
    split: Annotated[str | None, typer.Option(help="Only this split of the dataset.")] = None,
    tag: Annotated[list[str] | None, typer.Option(help="Only examples with this tag (repeat).")] = None,
    keep: Annotated[bool, typer.Option("--keep", help="Keep the indexes that are built.")] = False,
    html: Annotated[Path | None, typer.Option(help="Write a page with chart and table.")] = None,
    svg: Annotated[Path | None, typer.Option(help="Write the chart.")] = None,
    workspace: WorkspaceOption = None,
    as_json: JsonOption = False,
) -> None:
    """Try settings of retrieval on a dataset and say which are better, at what latency and cost. No model is asked."""
    axes = Axes(
        indexes=read_names(index),
        choices=list_choices(
            read_numbers(chunk_tokens, "--chunk-tokens"),
            read_numbers(overlap, "--overlap"),
            read_names(embedder),
        ),
        dense_weights=read_weights(dense_weight),
        top_ks=read_numbers(top_k, "--top-k"),
        candidates=read_numbers(candidates, "--candidates"),
        rerankers=read_rerankers(reranker),
    )

    async def run() -> Sweep:
        async with open_services(load_settings(workspace)) as services:
            plan = await _make_plan(services, app, dataset, axes, metric, split, tuple(tag or ()))
            return await _run(services, plan, keep=keep, quiet=as_json)

    done = asyncio.run(run())
    _write(html, write_page(done))
    _write(svg, draw_chart(done))
    if as_json:
        typer.echo(json.dumps(render_sweep(done), ensure_ascii=False))
    else:
        print_sweep(done)


def _write(path: Path | None, text: str) -> None:
    if path is None:
        return
    try:
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        raise SetupError(
            f"{path} cannot be written: {error.strerror}.", hint="Choose another file."
        ) from error


async def _make_plan(
    services: Services,
    app: str,
    dataset: str,
    axes: Axes,
    metric: str,
    split: str | None,
    tags: tuple[str, ...],
) -> SweepPlan:
    variant = services.apps.get_variant(app)
    grounding = variant.content.grounding
    if grounding is None:
        raise InvalidInput(
            f"The app {variant.app!r} retrieves nothing.",
            hint="Sweep an app of the kind `rag`.",
            code="no_retrieval",
        )
    version = await services.datasets.get_version(dataset)
    return SweepPlan(
        app=variant.app,
        variant=variant.id,
        grounding=grounding,
        version=version,
        axes=axes,
        metric=metric,
        split=split,
        tags=tags,
    )


async def _run(services: Services, plan: SweepPlan, *, keep: bool, quiet: bool) -> Sweep:
    collection = plan.grounding.collection
    indexes = SweptIndexes(
        services.index_versions,
        collection,
        SystemClock(),
        by=get_person(),
        wait=lambda name: follow_index(services.index_versions, collection, name, quiet=quiet),
    )
    async with working(services):
        try:
            with SweepProgress(plan.version.examples, quiet=quiet) as progress:
                return await run_sweep(
                    plan,
                    search=services.search,
                    datasets=services.datasets,
                    indexes=indexes,
                    on_progress=progress.show,
                )
        finally:
            if not keep:
                await indexes.drop_made()
