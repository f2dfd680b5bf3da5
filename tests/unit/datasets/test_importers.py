"""Files of other tools, as they write them."""

from __future__ import annotations

import csv
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from answerable.core.errors import InvalidInput
from answerable.datasets.types import Evidence, Turn
from tests.unit.datasets.test_files import list_problems, read, read_examples, write_lines

SQUAD = {
    "version": "v2.0",
    "data": [
        {
            "title": "Skerry_Light",
            "paragraphs": [
                {
                    "context": "The tower was built in 1870.",
                    "qas": [
                        {
                            "id": "q1",
                            "question": " When was it built? ",
                            "answers": [{"text": t, "answer_start": 23} for t in ("1870", "in 1870", "1870")],
                            "is_impossible": False,
                        },
                        {
                            "id": "q2",
                            "question": "Who built it?",
                            "answers": [],
                            "plausible_answers": [{"text": "1870", "answer_start": 23}],
                            "is_impossible": True,
                        },
                        {"id": "q3", "question": "No answer?", "answers": []},
                        {"question": "No id?", "answers": [{"text": "x"}]},
                    ],
                }
            ],
        }
    ],
}


def test_squad_gives_answers_and_questions_without_any(tmp_path: Path) -> None:
    file = tmp_path / "squad.json"
    file.write_text(json.dumps(SQUAD, indent=1))
    rows = read(file, "squad")
    answered, impossible = [row.example for row in rows if row.example]
    assert (answered.key, answered.input) == ("q1", {"question": "When was it built?"})
    assert (answered.expected, answered.acceptable, answered.refuse) == ("1870", ("in 1870",), False)
    assert answered.evidence == (Evidence("The tower was built in 1870.", title="Skerry Light"),)
    assert (impossible.expected, impossible.refuse, impossible.evidence) == (None, True, ())
    assert [problem for _, problem in list_problems(file, "squad")] == [
        "The question has no answer. Is it one of SQuAD 2.0 with `is_impossible`?",
        "It has no 'id'.",
    ]


def test_a_large_json_file_is_read_entry_by_entry(tmp_path: Path) -> None:
    file = tmp_path / "squad.json"
    article = {"title": "T" * 1000, "paragraphs": SQUAD["data"][0]["paragraphs"]}  # type: ignore[index]
    file.write_text(json.dumps({"first": {"skipped": [1, "]"]}, "data": [article] * 2000, "version": 12.5}))
    assert sum(row.example is not None for row in read(file, "squad")) == 4000


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ('{"data": [\n{"title": "a"},\n{"title": }]}', "squad.json, line 3: Expecting value."),
        ('{"data": [{"title": "a"}', "squad.json, line 1: it breaks off."),
        ('{"dates": []}', "squad.json: it has no 'data'."),
        ('{"data": {}}', "squad.json: it has no list under 'data'."),
        ("", "squad.json, line 1: it breaks off."),
        ('{"data": [' + "[" * 100_000, "squad.json, line 1: it is nested too deeply."),
    ],
)
def test_a_broken_json_file_is_refused_with_its_line(tmp_path: Path, text: str, problem: str) -> None:
    file = tmp_path / "squad.json"
    file.write_text(text)
    with pytest.raises(InvalidInput) as refused:
        read(file, "squad")
    assert refused.value.detail == problem


def test_json_that_is_not_utf_8_is_refused_with_its_line(tmp_path: Path) -> None:
    file = tmp_path / "squad.json"
    file.write_bytes(b'{"data": [\n{"title": "caf\xe9"}]}')
    with pytest.raises(InvalidInput, match="line 2: it is not UTF-8"):
        read(file, "squad")


def test_beir_takes_judgements_that_stand_elsewhere(tmp_path: Path) -> None:
    folder = make_beir(tmp_path / "beir")
    usual = read(folder)
    elsewhere = (folder / "qrels" / "test.tsv").rename(tmp_path / "qrels.tsv")
    assert read(folder, qrels=str(elsewhere)) == [
        replace(row, place=row.place.replace("test.tsv", "qrels.tsv")) for row in usual
    ]
    with pytest.raises(InvalidInput) as refused:
        read(folder)
    assert refused.value.hint == "Name the file: --qrels FILE.tsv."


def make_beir(folder: Path) -> Path:
    (folder / "qrels").mkdir(parents=True)
    queries = [{"_id": "q1", "text": "Is it lit?"}, {"_id": "q2", "text": "Never judged?"}, {"_id": "q3"}]
    write_lines(folder / "queries.jsonl", [*queries, {"_id": "q4", "text": "Nothing helps?"}])
    (folder / "qrels" / "test.tsv").write_text(
        "query-id\tcorpus-id\tscore\nq1\tdoc1\t2\nq1\tdoc2\t0\nq1\tdoc3\t1\nq4\tdoc1\t0\nq1\tdoc4\tmuch\n"
    )
    return folder


def test_beir_gives_the_documents_that_are_relevant(tmp_path: Path) -> None:
    rows = read(make_beir(tmp_path / "beir"))
    first, none = [row.example for row in rows if row.example]
    assert (first.key, first.input, first.expected) == ("q1", {"question": "Is it lit?"}, None)
    assert [(one.uri, one.relevance) for one in first.evidence] == [("doc1", 2.0), ("doc3", 1.0)]
    assert (none.key, none.evidence, none.tags) == ("q4", (), ("no-relevant-document",))
    assert [(row.place, row.problem) for row in rows if row.problem] == [
        ("test.tsv line 6", "It is not `query iteration document relevance`."),
        ("queries.jsonl line 3", "A query has an `_id` and a `text`."),
    ]
    with pytest.raises(InvalidInput) as refused:
        read(tmp_path / "beir", qrels="tets")
    assert refused.value.hint == "Did you mean 'test'?"


def test_trec_joins_queries_and_judgements(tmp_path: Path) -> None:
    queries, qrels = tmp_path / "topics.tsv", tmp_path / "qrels.txt"
    queries.write_text("301\tInternational crime\n302 no tab\n303\tOther\n")
    qrels.write_text("301 0 FR94-1 1\n301 0 FR94-2 0\n")
    (example,) = [row.example for row in read(queries, "trec", qrels=str(qrels)) if row.example]
    assert (example.key, [one.uri for one in example.evidence]) == ("301", ["FR94-1"])
    assert list_problems(queries, "trec", qrels=str(qrels)) == [
        ("topics.tsv line 2", "A query is its id, a tab, and its text.")
    ]
    with pytest.raises(InvalidInput, match="need their judgements"):
        read(queries, "trec")


def test_mt_bench_gives_the_turns_whose_way_is_known(tmp_path: Path) -> None:
    questions = [
        {"question_id": 81, "category": "creative writing", "turns": ["Write.", "Shorten."]},
        {"question_id": 101, "category": "math", "turns": ["1+1?", "Twice?"], "reference": ["2", "4"]},
        {"question_id": 102, "turns": "one"},
        {"turns": ["x"]},
    ]
    file = write_lines(tmp_path / "question.jsonl", questions)
    written, one, twice = [row.example for row in read(file, "mt-bench") if row.example]
    assert (written.key, written.expected, written.tags) == ("81", None, ("creative_writing", "turn:1"))
    assert written.metadata == {"next_turns": ["Shorten."]}
    assert (one.key, one.expected, one.history) == ("101", "2", ())
    assert (twice.key, twice.expected) == ("101#2", "4")
    assert twice.history == (Turn("user", "1+1?"), Turn("assistant", "2"))
    assert [place for place, _ in list_problems(file, "mt-bench")] == ["line 3", "line 4"]


ITEM: dict[str, Any] = {
    "id": "item-1",
    "datasetId": "d",
    "input": {"question": "Is it lit?"},
    "expectedOutput": {"answer": "Yes."},
    "metadata": {"region": "north"},
    "sourceTraceId": "t-1",
    "sourceObservationId": None,
    "status": "ACTIVE",
}
CHAT = {
    "id": "item-2",
    "input": [
        {"role": "system", "content": "Be kind."},
        {"role": "user", "content": "Hello"},
        {"role": "assistant", "content": "Hi"},
        {"role": "user", "content": "Is it lit?"},
    ],
    "expected_output": {"role": "assistant", "content": "Yes."},
    "metadata": "free text",
}


@pytest.mark.parametrize("shape", ["array", "page", "lines"])
def test_langfuse_items_are_read(tmp_path: Path, shape: str) -> None:
    items = [ITEM, {**ITEM, "id": "old", "status": "ARCHIVED"}, CHAT]
    file = tmp_path / ("items.jsonl" if shape == "lines" else "items.json")
    if shape == "lines":
        write_lines(file, items)
    else:
        file.write_text(json.dumps(items if shape == "array" else {"data": items, "meta": {"page": 1}}))
    plain, chat = read_examples(file, "langfuse")
    assert (plain.key, plain.input, plain.expected) == ("item-1", {"question": "Is it lit?"}, "Yes.")
    assert plain.metadata == {"region": "north", "langfuse_sourceTraceId": "t-1"}
    assert (chat.input, chat.expected, chat.metadata) == (
        {"question": "Is it lit?"},
        "Yes.",
        {"value": "free text"},
    )
    assert chat.history == (Turn("user", "Hello"), Turn("assistant", "Hi"))


def test_langfuse_csv_holds_json_in_its_cells(tmp_path: Path) -> None:
    file = tmp_path / "items.csv"
    file.write_text(
        'id,input,expectedOutput,metadata,status\n1,"{""question"": ""Why?""}","""So.""",,ACTIVE\n2,,,,ACTIVE\n'
    )
    (example,) = [row.example for row in read(file, "langfuse") if row.example]
    assert (example.input, example.expected) == ({"question": "Why?"}, "So.")
    assert list_problems(file, "langfuse")[0][0] == "line 3"


def test_langfuse_csv_expects_nothing_where_its_items_do(tmp_path: Path) -> None:
    file = tmp_path / "items.csv"  # an older export writes null as a quoted empty text, within quotes
    file.write_text(
        'id,input,expectedOutput,status\n"""a""","{""question"":""Why?""}","""""","""ACTIVE"""\n'
        '"""b""","{""question"":""How?""}","""So.""","""ARCHIVED"""\n'
    )
    (example,) = read_examples(file, "langfuse")
    assert (example.key, example.expected) == ("a", None)


def test_phoenix_examples_are_read_from_json_and_csv(tmp_path: Path) -> None:
    example = {"id": "RX1", "input": {"question": "Why?"}, "output": {"answer": "So."}, "metadata": {"n": 1}}
    answer = {
        "data": {"dataset_id": "D", "version_id": "V", "examples": [example, {"id": "RX2", "input": {}}]}
    }
    (tmp_path / "examples.json").write_text(json.dumps(answer))
    (tmp_path / "examples.csv").write_text(
        "example_id,input_question,output_answer,metadata_n\nRX1,Why?,So.,1\n"
    )
    (found,) = [row.example for row in read(tmp_path / "examples.json", "phoenix") if row.example]
    assert (found.key, found.input, found.expected, found.metadata) == (
        "RX1",
        {"question": "Why?"},
        "So.",
        {"n": 1},
    )
    (from_csv,) = read_examples(tmp_path / "examples.csv", "phoenix")
    assert (from_csv.key, from_csv.input, from_csv.expected) == ("RX1", {"question": "Why?"}, "So.")
    assert "The example has no input." in list_problems(tmp_path / "examples.json", "phoenix")[0][1]


PHOENIX_CHAT = [{"role": "system", "content": "Be brief."}, {"role": "user", "content": 'Why "it\'s"?'}]
PHOENIX_ANSWER = {"role": "assistant", "content": "So."}


@pytest.mark.parametrize(
    "line",
    [
        {"messages": [*PHOENIX_CHAT, PHOENIX_ANSWER]},  # for fine-tuning
        {"messages": PHOENIX_CHAT, "ideal": "So."},  # for evals
        {"id": "RX1", "input": {"messages": PHOENIX_CHAT}, "output": {"messages": [PHOENIX_ANSWER]}},
    ],
)
def test_phoenix_conversations_ask_their_last_message(tmp_path: Path, line: dict[str, Any]) -> None:
    (example,) = read_examples(write_lines(tmp_path / "examples.jsonl", [line]), "phoenix")
    assert (example.input, example.expected) == ({"question": 'Why "it\'s"?'}, "So.")


def test_phoenix_csv_holds_what_python_writes(tmp_path: Path) -> None:
    file = tmp_path / "examples.csv"
    with file.open("w", newline="") as out:
        rows = csv.writer(out)
        rows.writerow(["example_id", "input_messages", "output_messages", "metadata_told", "metadata_odd"])
        rows.writerow(["RX1", PHOENIX_CHAT, [PHOENIX_ANSWER], {"sure": True, "by": None}, "{not, python"])
    (example,) = read_examples(file, "phoenix")
    assert (example.input, example.expected) == ({"question": 'Why "it\'s"?'}, "So.")
    assert example.metadata == {"told": {"sure": True, "by": None}, "odd": "{not, python"}
