"""A sweep over chunker, fusion weight and top-k on public sets, through the command's own code, without a model.

It answers for each set which of 54 other settings beats the default one beyond chance, and how long that takes.
Writes `results/retrieval_sweep.json`, and the chart of the guide from the set `cookbook`.
"""

from __future__ import annotations

import argparse
import asyncio
import tempfile
import time
from itertools import islice
from pathlib import Path

from answerable.apps.content import Grounding
from answerable.cli.working import working
from answerable.core.clock import SystemClock
from answerable.datasets.types import Evidence, Example
from answerable.evaluation.sweeps.chart import draw_chart
from answerable.evaluation.sweeps.describing import render_sweep
from answerable.evaluation.sweeps.indexes import SweptIndexes, list_choices
from answerable.evaluation.sweeps.running import SweepPlan, run_sweep
from answerable.evaluation.sweeps.types import Axes, Sweep
from answerable.knowledge.sources.uris import file_uri, line_uri
from answerable.wiring import Services, load_settings, open_services
from benchmarks.data import BeirSet, get_corpus_path, load_beir
from benchmarks.report import write_result

_CHART = Path(__file__).resolve().parent.parent / "docs" / "images" / "retrieval-sweep.svg"
_CHARTED = "cookbook"
_SIZES, _WEIGHTS, _TOP_KS = [100, 400], (None, 0.0, 0.3, 0.5, 0.7, 1.0), (5, 10, 20)


async def main(names: list[str], questions: int) -> None:
    figures = {}
    with tempfile.TemporaryDirectory(prefix="answerable-bench-") as folder:
        async with open_services(load_settings(Path(folder)), environ={}) as services, working(services):
            for name in names:
                start = time.monotonic()
                sweep = await _sweep(services, load_beir(name), questions)
                figures[name] = {"seconds": round(time.monotonic() - start, 1), **_describe(sweep)}
                print(
                    name, {key: value for key, value in figures[name].items() if key != "sweep"}, flush=True
                )
                if name == _CHARTED:
                    _CHART.write_text(draw_chart(sweep) + "\n", encoding="utf-8")
    print(write_result("retrieval_sweep", {"questions": questions, "sets": figures}))


async def _sweep(services: Services, data: BeirSet, questions: int) -> Sweep:
    """Ingest a set, make a dataset of its first questions, and sweep."""
    path = get_corpus_path(data.name)
    await services.knowledge.get_or_create_collection(data.name)
    run = await services.ingestion.start_run(data.name, [str(path)])
    await services.ingestion.wait(run.id)
    await services.datasets.put_examples(data.name, _make_examples(data, file_uri(str(path)), questions))
    plan = SweepPlan(
        app="ask",
        variant="default",
        grounding=Grounding(collection=data.name),
        version=await services.datasets.get_version(data.name),
        axes=Axes(choices=list_choices(_SIZES, [], []), dense_weights=_WEIGHTS, top_ks=_TOP_KS),
        metric="ndcg@10",
    )
    indexes = SweptIndexes(
        services.index_versions,
        data.name,
        SystemClock(),
        by="benchmark",
        wait=lambda name: services.index_versions.wait(data.name, name),
    )
    return await run_sweep(plan, search=services.search, datasets=services.datasets, indexes=indexes)


def _make_examples(data: BeirSet, uri: str, questions: int) -> list[Example]:
    return [
        Example(
            key=key,
            input={"question": question},
            evidence=tuple(
                Evidence(text="", uri=line_uri(uri, id)) for id, grade in data.qrels[key].items() if grade
            ),
        )
        for key, question in islice(data.queries.items(), questions)
    ]


def _describe(sweep: Sweep) -> dict[str, object]:
    verdicts = [result.difference.verdict for result in sweep.results if result.difference is not None]
    return {
        "points": len(sweep.results),
        "examples": sweep.examples,
        "baseline": round(sweep.baseline.quality[sweep.metric].mean, 4),
        "best": round(sweep.best.quality[sweep.metric].mean, 4),
        "better": verdicts.count("better"),
        "worse": verdicts.count("worse"),
        "unclear": verdicts.count("unclear"),
        "on_front": sum(result.on_front for result in sweep.results),
        "sweep": render_sweep(sweep),
    }


if __name__ == "__main__":
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("sets", nargs="*", default=["cookbook", "xquad-en"])
    parser.add_argument("--questions", type=int, default=150, help="of each set")
    chosen = parser.parse_args()
    asyncio.run(main(chosen.sets, chosen.questions))
