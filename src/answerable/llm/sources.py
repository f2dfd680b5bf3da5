"""How sources stand in a prompt: numbered, fenced, and marked as data.

The fence is written by the prompt and read by the offline model and by the fake model server, so both stand in
one place. Text from a document can never close the fence: every `<source` and `</source` inside it is defused.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from html import escape, unescape

_INNER_FENCE = re.compile(r"<(?=\s*/?\s*source)", re.IGNORECASE)
_QUESTION_TAG = re.compile(r"<(?=\s*/?\s*question)", re.IGNORECASE)
_QUESTION = re.compile(r"<question>\n(.*?)\n</question>", re.DOTALL)
_BLOCK = re.compile(r'<source id="(\d+)" title="([^"]*)">\n(.*?)\n</source>', re.DOTALL)


@dataclass(frozen=True, slots=True)
class Source:
    """A passage as the model sees it. `number` is what a citation marker such as [2] names."""

    number: int
    title: str
    text: str


def render_sources(sources: Iterable[Source]) -> str:
    """Return the sources as fenced blocks, one after the other."""
    return "\n".join(
        f'<source id="{source.number}" title="{escape(source.title, quote=True)}">\n'
        f"{_INNER_FENCE.sub('&lt;', source.text)}\n</source>"
        for source in sources
    )


def parse_sources(prompt: str) -> list[Source]:
    """Return the sources that `render_sources` wrote into `prompt`, in their order."""
    return [
        Source(number=int(number), title=unescape(title), text=text)
        for number, title, text in _BLOCK.findall(prompt)
    ]


def render_question(question: str) -> str:
    """Return the question as a fenced block; it can close its fence as little as a source can."""
    return f"<question>\n{_QUESTION_TAG.sub('&lt;', question)}\n</question>"


def parse_question(prompt: str) -> str:
    """Return the last question that `render_question` wrote into `prompt`, else the prompt without its sources."""
    fenced = _QUESTION.findall(_BLOCK.sub("", prompt))
    return fenced[-1].strip() if fenced else _BLOCK.sub("", prompt).strip()
