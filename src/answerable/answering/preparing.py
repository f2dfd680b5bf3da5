"""Before the first question: the models of every app are made, so that a wrong name is known at the start."""

from __future__ import annotations

import asyncio

from answerable.answering.calls import to_plan
from answerable.answering.verifiers import Verifiers
from answerable.apps.service import AppService
from answerable.core.errors import AnswerableError, SetupError
from answerable.llm.service import Models


async def prepare(apps: AppService, models: Models, verifiers: Verifiers) -> None:
    """Make the models that the labelled variants name; no question then waits for an SDK. Raises SetupError."""
    for app in apps.list_apps():
        for label in app.labels.values():
            content = label.variant.content
            try:
                await models.load(to_plan(content))
                if content.grounding is not None:
                    await asyncio.to_thread(verifiers.get, content.grounding.verifier)
            except AnswerableError as error:
                raise SetupError(
                    f"The app {app.name!r} cannot answer: {error.detail}", hint=error.hint
                ) from error
