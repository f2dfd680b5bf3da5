"""The messages of a grounded answer, from a template with the blocks `system`, `user` and `repair`."""

from __future__ import annotations

from collections.abc import Sequence

from answerable.answering.types import Citation
from answerable.apps.content import PromptContent
from answerable.apps.templates.template import PromptTemplate
from answerable.llm.abstention import ABSTENTION
from answerable.llm.sources import Source, render_question, render_sources
from answerable.llm.types import Message


class GroundedPrompt:
    """Passages and question are fenced as data. Raises SetupError where the template cannot work."""

    def __init__(self, content: PromptContent) -> None:
        self._template = PromptTemplate.compile(content)

    def messages(self, question: str, sources: Sequence[Source]) -> tuple[Message, Message]:
        """Return the system and the user message."""
        values = {
            "question": render_question(question),
            "sources": render_sources(sources),
            "abstention": ABSTENTION,
        }
        return (
            Message("system", self._template.system(values)),
            Message("user", self._template.user(values)),
        )

    def repair(self, answer: str, faults: Sequence[Citation]) -> tuple[Message, Message]:
        """Return the two messages that ask once more, naming the sentences that were not supported."""
        named = [{"sentence": fault.sentence, "reason": fault.reason} for fault in faults]
        text = self._template.repair({"abstention": ABSTENTION, "faults": named})
        return (Message("assistant", answer), Message("user", text))
