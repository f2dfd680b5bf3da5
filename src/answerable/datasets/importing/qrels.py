"""Judgements of TREC and BEIR: which documents are relevant to which query, and how much."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from answerable.datasets.importing.lines import read_lines
from answerable.datasets.types import Evidence, Example, Provenance, Row

Qrels = Mapping[str, Sequence[Evidence]]
"""For each query the documents that are relevant to it; a document's id stands in `uri`."""


def read_qrels(path: Path) -> tuple[dict[str, list[Evidence]], list[Row]]:
    """Return the judgements above 0, and the lines that are none.

    A line of TREC has four columns (query, iteration, document, relevance), one of BEIR three and a header.
    """
    found: dict[str, list[Evidence]] = {}
    problems: list[Row] = []
    for number, text, problem in read_lines(path):
        place = f"{path.name} line {number}"
        if text is None:
            problems.append(Row(place, problem=problem))
        elif text.strip():
            judged = _read_line(text)
            if judged is not None:
                query, evidence = judged
                found.setdefault(query, []).extend([evidence] if evidence.relevance > 0 else [])
            elif number > 1 or "corpus-id" not in text:
                problems.append(Row(place, problem="It is not `query iteration document relevance`."))
    return found, problems


def _read_line(text: str) -> tuple[str, Evidence] | None:
    parts = text.split()
    if len(parts) not in {3, 4}:
        return None
    try:
        relevance = float(parts[-1])
    except ValueError:
        return None
    return parts[0], Evidence(text="", uri=parts[-2], relevance=relevance)


def pair(queries: Iterator[tuple[str, str, str]], qrels: Qrels, *, source: str) -> Iterator[Row]:
    """Yield an example of each query (its place, id and text) that was judged; the others are passed over."""
    for place, query_id, text in queries:
        if query_id in qrels:
            evidence = tuple(qrels[query_id])
            yield Row(
                place,
                Example(
                    input={"question": text},
                    evidence=evidence,
                    tags=() if evidence else ("no-relevant-document",),
                    provenance=Provenance(source=source),
                    key=query_id,
                ),
            )
