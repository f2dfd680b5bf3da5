"""How good the passages are that were retrieved: whether they bring the expected evidence, and are used."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial
from typing import Final

from pydantic import Field, field_validator

from answerable.evaluation.evaluators.abstaining import has_abstained
from answerable.evaluation.evaluators.citing import list_cited
from answerable.evaluation.evaluators.context import EvaluatorContext
from answerable.evaluation.evaluators.evidence_matching import Level, rank
from answerable.evaluation.evaluators.kind import CodeEvaluator, Kind, Options, make_prefix, make_version
from answerable.evaluation.types import Case, Evaluator, Metric, Score

_VERSION = 1
_DEEPEST: Final = 1000


class RetrievalOptions(Options):
    """`k` are the depths to measure at. `match` says when a passage brings a piece of evidence: see `rank`."""

    k: tuple[int, ...] = Field((5, 10), min_length=1)
    match: Level = "auto"

    @field_validator("k", mode="before")
    @classmethod
    def _wrap(cls, value: object) -> object:
        return (value,) if isinstance(value, int) else value

    @field_validator("k")
    @classmethod
    def _check(cls, value: tuple[int, ...]) -> tuple[int, ...]:
        if len(set(value)) < len(value) or not all(1 <= depth <= _DEEPEST for depth in value):
            raise ValueError(f"The depths are different numbers of 1 to {_DEEPEST}")
        return value


def _score(case: Case, options: RetrievalOptions, prefix: str) -> Sequence[Score]:
    return [*_score_evidence(case, options, prefix), *_score_use(case, prefix)]


def _score_evidence(case: Case, options: RetrievalOptions, prefix: str) -> Iterator[Score]:
    if not case.example.evidence:
        return
    ranking = rank(case.example.evidence, case.output.passages, options.match)
    places = [place for place, pieces in enumerate(ranking.found, 1) if pieces]
    reason = "" if case.output.passages else "Nothing was retrieved."
    details = {"found_at": places, "passages": len(ranking.found), "evidence": ranking.total}
    yield Score(f"{prefix}mrr", ranking.measure_reciprocal_rank(), reason, details=details)
    for k in options.k:
        yield Score(f"{prefix}recall@{k}", ranking.measure_recall(k))
        yield Score(f"{prefix}precision@{k}", ranking.measure_precision(k))
        yield Score(f"{prefix}hit@{k}", ranking.measure_hit(k))
        yield Score(f"{prefix}ndcg@{k}", ranking.measure_ndcg(k))


def _score_use(case: Case, prefix: str) -> Iterator[Score]:
    """Yield the share of the passages that the answer cites; nothing where there is no answer, as in search alone."""
    passages = len(case.output.passages)
    if passages and case.output.text.strip() and not has_abstained(case.output):
        cited = {marker for marker in list_cited(case.output) if 1 <= marker <= passages}
        yield Score(f"{prefix}context_utilisation", len(cited) / passages)


def _open(options: RetrievalOptions, _: EvaluatorContext) -> Evaluator:
    prefix = make_prefix(options)
    metrics = [
        Metric(f"{prefix}mrr", description="1 / rank of the first passage with evidence, 0 without one")
    ]
    for k in options.k:
        metrics += [
            Metric(f"{prefix}recall@{k}", description=f"share of the evidence in the best {k} passages"),
            Metric(f"{prefix}precision@{k}", description=f"share of the best {k} places with evidence"),
            Metric(
                f"{prefix}hit@{k}", kind="binary", description=f"1 when the best {k} passages hold evidence"
            ),
            Metric(f"{prefix}ndcg@{k}", description=f"nDCG of the best {k} passages"),
        ]
    metrics.append(
        Metric(f"{prefix}context_utilisation", description="share of the passages that the answer cites")
    )
    score = partial(_score, options=options, prefix=prefix)
    return CodeEvaluator(options.name or "retrieval", make_version(_VERSION, options), tuple(metrics), score)


KIND = Kind(
    RetrievalOptions,
    _open,
    "recall, precision, hit rate and nDCG at each `k`, MRR, and the share of the passages that is used",
    short="k",
)
