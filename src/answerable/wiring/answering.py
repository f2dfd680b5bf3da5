"""The way of a request: budgets, cache, conversations, and what runs apps."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from answerable.access.budgets.service import BudgetService
from answerable.access.budgets.types import Budget
from answerable.answering.caching.service import AnswerCache
from answerable.answering.dialogue import Dialogue
from answerable.answering.front import FrontService
from answerable.answering.grounded.runner import GroundedRunner
from answerable.answering.media.service import MediaLoader
from answerable.answering.prompting.runner import PromptRunner
from answerable.answering.tracing.recorder import RunRecorder
from answerable.answering.verifiers import Verifiers
from answerable.conversations.retention import ConversationRetention
from answerable.conversations.service import ConversationService
from answerable.feedback.tokens import FeedbackTokens
from answerable.knowledge.index.search import SearchService
from answerable.knowledge.ingestion.service import IngestionService
from answerable.llm.minilm.model import NAME as LOCAL_EMBEDDER
from answerable.wiring.ground import Ground
from answerable.wiring.knowledge import make_web_limits


@dataclass(frozen=True, slots=True)
class Answering:
    front: FrontService
    budgets: BudgetService
    cache: AnswerCache
    conversations: ConversationService
    files: MediaLoader


async def open_answering(
    ground: Ground,
    *,
    search: SearchService,
    ingestion: IngestionService,
    verifiers: Verifiers,
    recorder: RunRecorder,
    tokens: FeedbackTokens,
    reduce: Callable[[str, str], str],
) -> Answering:
    models, apps, clock = ground.models, ground.apps, ground.clock
    limits = [Budget(**entry.model_dump()) for entry in ground.settings.budgets]
    budgets = BudgetService(ground.database, limits, clock=clock)
    await ground.stack.enter_async_context(budgets.opened())
    cache = AnswerCache(
        ground.database,
        clock=clock,
        embed=models.embedder(LOCAL_EMBEDDER).embed_query,
        may_share=lambda app: apps.get_trace_policy(app).content == "full",
    )
    await ground.stack.enter_async_context(cache.opened())
    files = MediaLoader(make_web_limits(ground.settings))
    conversations = ConversationService(ground.database)
    retention = ConversationRetention(
        ground.database, keep_days=lambda app: apps.get_trace_policy(app).keep_days, clock=clock
    )
    await ground.stack.enter_async_context(retention.opened())
    front = FrontService(
        apps=apps,
        runners={
            "rag": GroundedRunner(search=search, models=models, verifiers=verifiers, clock=clock),
            "prompt": PromptRunner(models=models, files=files, clock=clock),
        },
        models=models,
        search=search,
        ingestion=ingestion,
        budgets=budgets,
        cache=cache,
        dialogue=Dialogue(conversations, reduce=reduce),
        recorder=recorder,
        clock=clock,
        feedback_tokens=tokens,
    )
    return Answering(front, budgets, cache, conversations, files)
