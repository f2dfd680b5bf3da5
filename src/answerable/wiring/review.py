"""Human review, and the examples that come of it."""

from __future__ import annotations

from dataclasses import dataclass

from answerable.datasets.service import DatasetService
from answerable.evaluation.judging.calibration.records import CalibrationRecords
from answerable.feedback.service import FeedbackService
from answerable.knowledge.service import KnowledgeService
from answerable.quality.cases import CaseReader
from answerable.quality.examples import ExampleMaker
from answerable.quality.label_studio import ReviewExchange
from answerable.quality.queues.filling import QueueFiller
from answerable.quality.reviews import ReviewDesk
from answerable.reviews.service import ReviewService
from answerable.reviews.work import ReviewWork
from answerable.traces.service import TraceService
from answerable.wiring.ground import Ground


@dataclass(frozen=True, slots=True)
class Review:
    service: ReviewService
    desk: ReviewDesk
    exchange: ReviewExchange
    filler: QueueFiller
    examples: ExampleMaker


def make_review(
    ground: Ground,
    *,
    traces: TraceService,
    feedback: FeedbackService,
    knowledge: KnowledgeService,
    datasets: DatasetService,
) -> Review:
    clock = ground.clock
    reviews = ReviewService(ground.database, clock=clock, audit=ground.audit)
    cases = CaseReader(
        reviews=reviews,
        traces=traces,
        feedback=feedback,
        knowledge=knowledge,
        calibrations=CalibrationRecords(ground.database),
    )
    desk = ReviewDesk(
        database=ground.database,
        reviews=reviews,
        work=ReviewWork(clock=clock),
        cases=cases,
        feedback=feedback,
    )
    return Review(
        service=reviews,
        desk=desk,
        exchange=ReviewExchange(
            reviews=reviews, desk=desk, cases=cases, traces=traces, knowledge=knowledge, clock=clock
        ),
        filler=QueueFiller(reviews=reviews, traces=traces, feedback=feedback, apps=ground.apps, clock=clock),
        examples=ExampleMaker(datasets=datasets, traces=traces, reviews=reviews, knowledge=knowledge),
    )
