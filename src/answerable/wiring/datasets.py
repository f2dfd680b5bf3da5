"""Questions about passages, written by an app with a model."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from answerable.answering.front import FrontService
from answerable.answering.types import Caller, RunRequest
from answerable.apps.service import AppService
from answerable.core.errors import InvalidInput
from answerable.datasets.generating.types import Drafted, WriteQuestions
from answerable.datasets.types import Evidence


class QuestionWriters:
    """Opens apps that write questions: `prompt` apps with the input `passage` (and `title`), and typed output."""

    def __init__(self, front: FrontService, apps: AppService) -> None:
        self._front = front
        self._apps = apps

    def open(self, reference: str) -> tuple[WriteQuestions, str]:
        """Return what asks the app, and the id of its variant. Raises NotFound, InvalidInput (`no_question_writer`)."""
        variant = self._apps.get_variant(reference)
        inputs = variant.content.input
        if "passage" not in inputs or variant.content.output is None:
            raise InvalidInput(
                f"The app {variant.app!r} writes no questions.",
                hint="It needs an input `passage`, and an output schema with `questions`, each of them with a"
                " `question` and an `answer`.",
                code="no_question_writer",
            )

        async def write(passage: Evidence) -> Sequence[Drafted]:
            given = {"passage": passage.text, "title": passage.title}
            chosen = {name: value for name, value in given.items() if name in inputs}
            request = RunRequest(app=f"{variant.app}@{variant.name}", input=chosen, purpose="eval")
            answer = await self._front.run(request, Caller())
            return read_questions(answer.data, passage)

        return write, f"{variant.app}@{variant.id}"


def read_questions(data: Any, passage: Evidence) -> list[Drafted]:
    """Return the questions of a model's output; what has no question or no answer is passed over."""
    if not isinstance(data, Mapping):
        return []
    entries = data.get("questions", [data])
    return [
        Drafted(entry["question"].strip(), entry["answer"].strip(), passage)
        for entry in (entries if isinstance(entries, list) else [])
        if isinstance(entry, Mapping) and _is_text(entry.get("question")) and _is_text(entry.get("answer"))
    ]


def _is_text(value: Any) -> bool:
    return isinstance(value, str) and bool(value.strip())
