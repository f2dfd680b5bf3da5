"""SQuAD 1.1 and 2.0 (Rajpurkar et al. 2016, 2018): questions with answers out of paragraphs, or without any."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from answerable.core.errors import InvalidInput
from answerable.datasets.importing.entries import describe
from answerable.datasets.importing.json_items import read_items
from answerable.datasets.importing.types import ImportOptions
from answerable.datasets.types import Evidence, Example, Provenance, Row

_PROVENANCE = Provenance(source="import:squad")


def read_squad(path: Path, _: ImportOptions) -> Iterator[Row]:
    """Yield an example of each question. Its paragraph is the evidence, unless it does not answer it."""
    for line, article in read_items(path, keys=("data",)):
        if not isinstance(article, Mapping) or not isinstance(article.get("paragraphs"), list):
            yield Row(f"line {line}", problem="The article has no list of `paragraphs`.")
            continue
        for paragraph in article["paragraphs"]:
            yield from _read_paragraph(line, str(article.get("title", "")), paragraph)


def _read_paragraph(line: int, title: str, paragraph: Any) -> Iterator[Row]:
    try:
        context, questions = str(paragraph["context"]), list(paragraph["qas"])
    except (KeyError, TypeError) as error:
        yield Row(f"line {line}, {title}", problem=describe(error))
        return
    evidence = Evidence(text=context, title=title.replace("_", " "))
    for number, question in enumerate(questions, start=1):
        place = f"line {line}, {title}, question {number}"
        try:
            yield Row(place, _read_question(question, evidence))
        except (KeyError, TypeError, AttributeError, InvalidInput) as error:
            yield Row(place, problem=describe(error))


def _read_question(question: Mapping[str, Any], evidence: Evidence) -> Example:
    refuse = bool(question.get("is_impossible", False))
    answers = list(dict.fromkeys(str(one["text"]) for one in question.get("answers", [])))
    if not refuse and not answers:
        raise InvalidInput("The question has no answer.", hint="Is it one of SQuAD 2.0 with `is_impossible`?")
    return Example(
        input={"question": str(question["question"]).strip()},
        expected=answers[0] if answers and not refuse else None,
        acceptable=() if refuse else tuple(answers[1:]),
        refuse=refuse,
        evidence=() if refuse else (evidence,),
        tags=("unanswerable",) if refuse else ("answerable",),
        provenance=_PROVENANCE,
        key=str(question["id"]),
    )
