"""Questions with known answers, and questions asked of a collection that does not hold the answer."""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from benchmarks.data import get_data_root, load_beir

XQUAD_LANGUAGES = ("en", "de", "zh")


@dataclass(frozen=True, slots=True)
class AskedQuestion:
    """`answers` are the accepted spans (none known for some sets), `document` the passage that holds them.

    `topic` numbers what must not be parted between fitting and testing: an article. `hidden` are the passages to be
    left out of the collection, so that the answer is not there.
    """

    id: str
    text: str
    answers: tuple[str, ...] = ()
    document: str | None = None
    topic: int = 0
    hidden: frozenset[str] = frozenset()


def load_xquad(language: str) -> list[AskedQuestion]:
    """Return the 1190 questions of XQuAD in one of `XQUAD_LANGUAGES`."""
    path = get_data_root() / "xquad" / f"xquad.{language}.json"
    articles = json.loads(path.read_text(encoding="utf-8"))["data"]
    return [
        AskedQuestion(
            entry["id"],
            entry["question"],
            tuple(answer["text"] for answer in entry["answers"]),
            f"{topic}-{place}",
            topic,
        )
        for topic, article in enumerate(articles)
        for place, paragraph in enumerate(article["paragraphs"])
        for entry in paragraph["qas"]
    ]


def load_qed() -> list[AskedQuestion]:
    """Return the 1355 questions of QED; passages of one article have one topic."""
    beir = load_beir("qed")
    titles = sorted({title for title, _ in beir.corpus.values()})
    topics = {title: place for place, title in enumerate(titles)}
    found = []
    for row in _rows("qed/qed-dev.jsonl.gz"):
        document = next(iter(beir.qrels[str(row["example_id"])]))
        answers = tuple(span["string"] for spans in row["original_nq_answers"] for span in spans)
        topic = topics[beir.corpus[document][0]]
        found.append(AskedQuestion(str(row["example_id"]), row["question_text"], answers, document, topic))
    return found


def load_plain(name: str) -> list[AskedQuestion]:
    """Return the questions of a BEIR set without answers; each is a topic of its own."""
    beir = load_beir(name)
    return [
        AskedQuestion(id_, text, (), next(iter(beir.qrels[id_])), topic)
        for topic, (id_, text) in enumerate(beir.queries.items())
    ]


def hide_topics(questions: Iterable[AskedQuestion]) -> list[AskedQuestion]:
    """Return the questions with every passage of their topic hidden: near the collection's subject, but not in it."""
    questions = list(questions)
    passages: dict[int, set[str]] = {}
    for question in questions:
        passages.setdefault(question.topic, set()).add(question.document or "")
    return [replace(question, hidden=frozenset(passages[question.topic])) for question in questions]


def half(questions: Sequence[AskedQuestion], *, held_out: bool) -> list[AskedQuestion]:
    """Return the half of the topics that scripts/fit_extractive.py fits on, or the half it never sees."""
    return [question for question in questions if question.topic % 2 == int(held_out)]


def holds_answer(text: str, question: AskedQuestion) -> bool:
    """Whether an accepted answer stands in `text`, white space and case aside."""
    squeezed = _squeeze(text)
    return any(_squeeze(answer) in squeezed for answer in question.answers)


def _squeeze(text: str) -> str:
    return "".join(text.split()).casefold()


def _rows(path: str) -> list[dict[str, Any]]:
    with gzip.open(get_data_root() / path, "rt", encoding="utf-8") as lines:
        return [json.loads(line) for line in lines if line.strip()]
