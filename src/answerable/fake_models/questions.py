"""The question in a prompt, however it is marked."""

from __future__ import annotations

import re

from answerable.llm.sources import parse_question

_MARKED = re.compile(r"(?:^|\n)\s*question\s*:\s*(.+?)\s*(?=\n\s*\n|\Z)", re.IGNORECASE | re.DOTALL)


def find_question(text: str) -> str:
    """Return the question in a user message: its fence, else what follows `Question:`, else the last line."""
    question = parse_question(text)
    if "<question>" in text or not question:
        return question
    marked: list[str] = _MARKED.findall(question)
    return marked[-1] if marked else question.splitlines()[-1]
