"""Asking the offline model as the service does: sources and question rendered into a prompt."""

from __future__ import annotations

from dataclasses import dataclass

from answerable.llm.abstention import ABSTENTION
from answerable.llm.extractive.model import ExtractiveModel
from answerable.llm.extractive.phrases import PREFACES
from answerable.llm.sources import Source, render_question, render_sources
from answerable.llm.types import ChatRequest, ChatResult, Message, TextDelta


@dataclass(frozen=True, slots=True)
class Said:
    """What a call gave: its deltas and its one result."""

    deltas: tuple[str, ...]
    result: ChatResult

    @property
    def abstained(self) -> bool:
        return self.result.text == ABSTENTION

    @property
    def lines(self) -> list[str]:
        """The lines of the answer without its preface."""
        return [line for line in self.result.text.split("\n") if line not in PREFACES.values()]


def make_request(question: str, *sources: Source, max_tokens: int = 512) -> ChatRequest:
    prompt = f"{render_sources(sources)}\n\n{render_question(question)}"
    return ChatRequest((Message("system", "Cite."), Message("user", prompt)), max_tokens=max_tokens)


async def ask(model: ExtractiveModel, request: ChatRequest) -> Said:
    parts = [part async for part in model.stream(request)]
    *deltas, result = parts
    assert isinstance(result, ChatResult)
    return Said(tuple(delta.text for delta in deltas if isinstance(delta, TextDelta)), result)
