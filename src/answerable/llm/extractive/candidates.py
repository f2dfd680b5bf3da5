"""The sentences of the sources that may be quoted, each with what stands around it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import takewhile

from answerable.core.sentences import Span, split_sentences
from answerable.llm.extractive.words import CJK, find_terms
from answerable.llm.sources import Source

_MAX_CHARACTERS = 1200
"""A longer "sentence" is a table, a log or a list that lost its line breaks."""
_MOST_ITEMS = 8
_MAX_ITEM = 300
_DANGLING = 6
"""Words up to which a sentence that ends in a colon says nothing without what it announces."""
_LINK = re.compile(r"!?\[[^\]]*\]\([^)]*\)|https?://\S+|<[^>]+>")
_DIRECTIVE = re.compile(r"^(?::::?|///|\{[*%#{]|\.\. |@|import |from \w+ import|\$ |<!--|</?\w+)")
_TAG = re.compile(r"</?[a-zA-Z][^>]*>")
_MOST_TAGS = 2
_LETTERS = re.compile(r"[^\W\d_]")


@dataclass(frozen=True, slots=True)
class Candidate:
    """A sentence that may be quoted. `text == source.text[start:end]`, `rank` is the source's place in the prompt.

    `before` and `around` are the terms of the sentence before it and of title and heading: what it leans on.
    `follows` is what a sentence that ends in a colon announces: a code block, or the items of a list.
    """

    source: Source
    rank: int
    position: int
    start: int
    end: int
    text: str
    kind: str
    terms: tuple[str, ...]
    before: frozenset[str]
    around: frozenset[str]
    follows: tuple[Span, ...] = ()


@dataclass(frozen=True, slots=True)
class Passage:
    """A source cut up. `terms` are those of its whole text and title."""

    source: Source
    rank: int
    terms: frozenset[str]
    candidates: tuple[Candidate, ...]


def read_passages(sources: Sequence[Source], language: str) -> list[Passage]:
    """Return the sources in their order, each with the sentences that may be quoted from it."""
    return [_read(source, rank, language) for rank, source in enumerate(sources)]


def _read(source: Source, rank: int, language: str) -> Passage:
    text = source.text
    title = frozenset(find_terms(source.title, language))
    around, before, everything = title, frozenset[str](), set(title)
    found: list[Candidate] = []
    spans = split_sentences(text, language)
    for place, span in enumerate(spans):
        piece = text[span.start : span.end]
        terms = tuple(find_terms(_LINK.sub(_link_text, piece), language))
        everything.update(terms)
        if span.kind == "heading" or _is_label(span, piece):
            around = title | frozenset(terms)
        elif _is_quotable(span, piece):
            follows = _announced(piece, spans[place + 1 : place + 1 + _MOST_ITEMS], text)
            if _announces(piece) and not follows and len(piece.split()) <= _DANGLING:
                continue
            found.append(
                Candidate(
                    source,
                    rank,
                    len(found),
                    span.start,
                    span.end,
                    piece,
                    span.kind,
                    terms,
                    before,
                    around,
                    follows,
                )
            )
            before = frozenset(terms)
    return Passage(source, rank, frozenset(everything), tuple(found))


def _announced(piece: str, spans: Sequence[Span], text: str) -> tuple[Span, ...]:
    """Return the code block or the list items that stand right behind a sentence which ends in a colon."""
    if not _announces(piece):
        return ()
    if spans and spans[0].kind == "code":
        code = text[spans[0].start : spans[0].end]
        is_whole = code.rstrip().endswith(code.lstrip()[:3])
        return (spans[0],) if is_whole and len(code) <= _MAX_CHARACTERS else ()
    return tuple(takewhile(lambda span: span.kind == "item" and span.end - span.start <= _MAX_ITEM, spans))


def _announces(piece: str) -> bool:
    return piece.rstrip("*_ ").endswith((":", "："))


def _link_text(link: re.Match[str]) -> str:
    return link.group().partition("](")[0].lstrip("![") if "](" in link.group() else " "


def _is_label(span: Span, piece: str) -> bool:
    """Whether a line of prose is rather a heading: short, and not closed by punctuation."""
    return (
        span.kind == "prose" and not _is_closed(piece) and len(piece.split()) <= 7 and not CJK.search(piece)
    )


def _is_closed(piece: str) -> bool:
    return piece.rstrip("\"'”’»)]*_` ").endswith((".", "!", "?", "。", "！", "？", "…", ":", "：", ";"))


def _is_quotable(span: Span, piece: str) -> bool:
    if span.kind in {"heading", "table", "code"} or len(piece) > _MAX_CHARACTERS or _DIRECTIVE.match(piece):
        return False
    if piece.rstrip().endswith(("?", "？")) or len(_TAG.findall(piece)) > _MOST_TAGS:
        return False
    bare = _LINK.sub("", piece)
    letters = len(_LETTERS.findall(bare))
    if letters < 0.5 * len(piece.replace(" ", "")) and letters < 60:
        return False
    return len(bare.split()) >= 3 or bool(CJK.search(bare))
