"""From chosen sentences to the answer's text: quoted as they stand, each with its marker, within a length."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from answerable.llm.extractive.candidates import Candidate
from answerable.llm.extractive.words import CJK
from answerable.llm.tokens import CHARACTERS_PER_TOKEN, estimate_tokens

_FOOTNOTE = re.compile(r"(?<=[\w.,;:!?)\"'”’»。！？])(?:\[\^?\d{1,3}(?:[,–-]\d{1,3})*\])+(?=[\s.,;:!?]|$)")
_CODE = re.compile(r"(`[^`\n]*`)")
_CUT = " …"


@dataclass(frozen=True, slots=True)
class Piece:
    """A part of the answer that is streamed at once. `text` begins with the white space that parts it from the last."""

    text: str
    complete: bool = True


def compose(quotes: Sequence[Candidate], *, preface: str, max_tokens: int) -> Iterator[Piece]:
    """Yield the answer's parts, in all at most `max_tokens` by the estimate of `llm.tokens`; at least one part.

    When the space is short, what goes first is the preface, then the last quotes; the first one is cut at a word.
    """
    lines = [line for candidate in quotes for line in _lines(candidate)]
    first = estimate_tokens(f"\n\n{lines[0].text}")
    used = estimate_tokens(preface)
    begun = used + first <= max_tokens
    if begun:
        yield Piece(preface)
    else:
        used = 0
    if used + first > max_tokens:
        yield Piece(_cut(lines[0].text, max_tokens), complete=False)
        return
    for line in lines:
        text = f"{line.gap}{line.text}" if begun else line.text
        used += estimate_tokens(text)
        if used > max_tokens and begun:
            yield Piece("", complete=False)
            return
        begun = True
        yield Piece(text)


def quote(text: str) -> str:
    """Return a sentence as it is quoted: on one line, without footnote marks, which would read as citations."""
    parts = _CODE.split(" ".join(text.split()))
    return "".join(part if part.startswith("`") else _FOOTNOTE.sub("", part) for part in parts)


@dataclass(frozen=True, slots=True)
class _Line:
    """A line of the answer and the white space before it: a quote is a paragraph, what it announces goes with it."""

    text: str
    gap: str


def _lines(candidate: Candidate) -> Iterator[_Line]:
    marker = f"[{candidate.source.number}]"
    yield _Line(f"{quote(candidate.text)} {marker}", "\n\n")
    for span in candidate.follows:
        text = candidate.source.text[span.start : span.end]
        yield _Line(text if span.kind == "code" else f"- {quote(text)} {marker}", "\n")


def _cut(line: str, max_tokens: int) -> str:
    """Return the first words of `line`, and its marker where there is room for one."""
    text, _, marker = line.rpartition(" ")
    words = text.split(" ")
    for end in (f"{_CUT} {marker}", ""):
        while words and estimate_tokens(" ".join(words) + end) > max_tokens:
            words.pop()
        if words:
            return " ".join(words) + end
        words = text.split(" ")
    return text[:max_tokens] if CJK.search(text) else text[: max_tokens * CHARACTERS_PER_TOKEN]
