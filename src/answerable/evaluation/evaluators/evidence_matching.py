"""Which retrieved passages bring which pieces of the expected evidence."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final, Literal

from answerable.datasets.types import Evidence
from answerable.evaluation.evaluators.relevance_ranks import Ranking
from answerable.evaluation.evaluators.wording import tidy
from answerable.evaluation.types import Passage

Level = Literal["auto", "document", "chunk", "text"]
_HALF: Final = 2
"""A passage brings a piece of evidence when it holds at least 1 / _HALF of it."""


def rank(evidence: Sequence[Evidence], passages: Sequence[Passage], level: Level) -> Ranking:
    """Return what the passages, best first, bring of the evidence.

    By `document`, a document counts once, at its best passage, as do several pieces of evidence in it. By `chunk`, ids
    of passages are compared. By `text`, a passage brings what it holds. `auto` is by text where every piece has one,
    else by document.
    """
    if level == "auto":
        level = "text" if all(piece.text.strip() for piece in evidence) else "document"
    if level == "document":
        return _rank_documents(evidence, passages)
    if level == "chunk":
        return Ranking([_find(evidence, passage, _has_chunk) for passage in passages], len(evidence))
    return _rank_texts(evidence, passages)


def _find(
    evidence: Sequence[Evidence], passage: Passage, fits: Callable[[Evidence, Passage], bool]
) -> frozenset[int]:
    return frozenset(number for number, piece in enumerate(evidence) if fits(piece, passage))


def _rank_documents(evidence: Sequence[Evidence], passages: Sequence[Passage]) -> Ranking:
    pieces = list({_identify(piece): piece for piece in evidence}.values())
    seen: set[tuple[str, str, str]] = set()
    found = []
    for passage in passages:
        key = _identify(passage)
        if any(key) and key in seen:
            continue
        seen.add(key)
        found.append(_find(pieces, passage, lambda piece, of: bool(is_same_document(piece, of))))
    return Ranking(found, len(pieces))


def _rank_texts(evidence: Sequence[Evidence], passages: Sequence[Passage]) -> Ranking:
    pieces = [(piece, tidy(piece.text, ignore_case=True)) for piece in evidence]
    found = []
    for passage in passages:
        words = tidy(passage.text, ignore_case=True)
        held = (number for number, (piece, its) in enumerate(pieces) if _holds(piece, its, passage, words))
        found.append(frozenset(held))
    return Ranking(found, len(evidence))


def _identify(part: Evidence | Passage) -> tuple[str, str, str]:
    if part.uri or part.document_id:
        return part.uri, part.document_id, ""
    return "", "", part.title


def is_same_document(piece: Evidence, passage: Passage) -> bool | None:
    """Whether both are of one document; None where that cannot be told.

    By uri, one may be the other's end: `faq/returns.md` and `docs/faq/returns.md`. An id is compared with the other's
    id, and with the last part of its uri. A title counts where there is nothing else.
    """
    if piece.uri and passage.uri:
        return _is_end(piece.uri, passage.uri) or _is_end(passage.uri, piece.uri)
    if piece.document_id and (passage.document_id or passage.uri):
        return piece.document_id in {passage.document_id, *_list_names(passage.uri)}
    if piece.uri and passage.document_id:
        return passage.document_id in {piece.uri, *_list_names(piece.uri)}
    if piece.title and passage.title:
        return piece.title == passage.title
    return None


def _is_end(end: str, whole: str) -> bool:
    return whole == end or whole.endswith(f"/{end.lstrip('/')}")


def _list_names(uri: str) -> tuple[str, ...]:
    """Return the uri, its last part, and that without its ending."""
    last = uri.rpartition("/")[2]
    return uri, last, last.rpartition(".")[0] or last


def _has_chunk(piece: Evidence, passage: Passage) -> bool:
    return bool(piece.chunk_id) and piece.chunk_id == passage.id


def _holds(piece: Evidence, piece_words: str, passage: Passage, passage_words: str) -> bool:
    """Whether the passage holds at least half of the piece, or is a part of it; by its place, else by its words."""
    same = is_same_document(piece, passage)
    if same is False:
        return False
    if not passage_words:
        return bool(same)
    if same and None not in {piece.start, piece.end, passage.start, passage.end}:
        return _overlaps(piece, passage)
    return _shares_words(piece_words, passage_words)


def _overlaps(piece: Evidence, passage: Passage) -> bool:
    """Whether the two share half of the shorter one's characters in the document."""
    starts, ends = (piece.start or 0, passage.start or 0), (piece.end or 0, passage.end or 0)
    shared = min(ends) - max(starts)
    shorter = min(ends[0] - starts[0], ends[1] - starts[1])
    return shared > 0 and shared * _HALF >= shorter


def _shares_words(piece: str, passage: str) -> bool:
    """Whether one text holds the other, or the passage holds the first or the last half of the piece.

    A chunk that ends in the middle of a piece holds its first half, the next one its last.
    """
    if not piece:
        return False
    if piece in passage or passage in piece:
        return True
    middle = piece.find(" ", len(piece) // _HALF)
    if middle < 0:
        return False
    last = piece.rfind(" ", 0, len(piece) // _HALF)
    return piece[:middle] in passage or (last > 0 and piece[last + 1 :] in passage)
