"""Before the first question: the models of every app are made, so that a wrong name is known at the start."""

from __future__ import annotations

import asyncio
import logging

from answerable.answering.calls import to_plan
from answerable.answering.verifiers import Verifiers
from answerable.apps.content import VariantContent
from answerable.apps.service import AppService
from answerable.core.errors import AnswerableError, SetupError
from answerable.llm.service import Models

_log = logging.getLogger(__name__)


async def prepare(apps: AppService, models: Models, verifiers: Verifiers) -> None:
    """Make the models that the labelled variants name; no question then waits for an SDK.

    Raises SetupError when the app that answers where none is named cannot. Any other, such as one whose provider's key
    is gone, is told in the log, refuses its own requests with the same words, and stops nobody else's.
    """
    default = apps.default_app.partition("@")[0]
    for app in apps.list_apps():
        for label in app.labels.values():
            fault = await _find_fault(label.variant.content, models, verifiers)
            if fault is None:
                continue
            detail = f"The app {app.name!r} cannot answer: {fault.detail}"
            if app.name == default:
                raise SetupError(detail, hint=fault.hint) from fault
            _log.warning("%s %s", detail, fault.hint or "")


async def _find_fault(
    content: VariantContent, models: Models, verifiers: Verifiers
) -> AnswerableError | None:
    """Make what the variant needs; return why that cannot be."""
    try:
        await models.load(to_plan(content))
        if content.grounding is not None:
            await asyncio.to_thread(verifiers.get, content.grounding.verifier)
            if content.grounding.reranker is not None:
                await models.reranker(content.grounding.reranker)
    except AnswerableError as error:
        return error
    return None
