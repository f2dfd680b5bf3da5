"""How near in meaning the output is to what is expected."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from answerable.evaluation.evaluators.context import Embed, EvaluatorContext
from answerable.evaluation.evaluators.kind import Kind, Options, make_version, refuse_without
from answerable.evaluation.evaluators.references import list_wordings
from answerable.evaluation.evaluators.wording import without_markers
from answerable.evaluation.types import Case, Evaluator, Metric, Score, Source

_VERSION = 2


class SimilarityOptions(Options):
    """There is nothing to tell it: the embedder is the workspace's."""


@dataclass(frozen=True, slots=True)
class SimilarityEvaluator:
    id: str
    version: str
    metrics: Sequence[Metric]
    embed: Embed
    source: Source = "code"

    async def evaluate(self, case: Case) -> Sequence[Score]:
        references = (
            [] if case.example.refuse else [text for text in list_wordings(case.example) if text.strip()]
        )
        if not references:
            return ()
        text = without_markers(case.output.text).strip()
        if not text:
            return (Score(self.metrics[0].name, 0.0, "The output is empty."),)
        vectors = await self.embed([text, *references])
        nearest = float((vectors[1:] @ vectors[0]).max())
        return (Score(self.metrics[0].name, min(max(nearest, -1.0), 1.0)),)


def _open(options: SimilarityOptions, context: EvaluatorContext) -> Evaluator:
    if context.embed is None:
        raise refuse_without("an embedder", "similarity")
    id = options.name or "similarity"
    metric = Metric(id, lowest=-1.0, description="cosine of output and the nearest of the expected texts")
    return SimilarityEvaluator(
        id, make_version(_VERSION, options, context.embedder), (metric,), context.embed
    )


KIND = Kind(SimilarityOptions, _open, "cosine of the embeddings of output and expected text")
