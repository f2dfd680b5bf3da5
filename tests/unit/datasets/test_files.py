"""Files of examples: nothing is lost on the way out and back, and what is wrong with one is told with its place."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from answerable.core.errors import InvalidInput, NotFound
from answerable.datasets.importing.registry import read_rows
from answerable.datasets.importing.types import ImportOptions
from answerable.datasets.types import Evidence, Example, Row, Turn
from answerable.datasets.writing import write_json_line, write_yaml_case, write_yaml_head
from tests.unit.datasets.examples import EXAMPLES

PROPERTY = settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


def read(path: Path, format: str = "", **options: Any) -> list[Row]:
    return list(read_rows(path, format=format, options=ImportOptions(**options)))


def read_examples(path: Path, format: str = "", **options: Any) -> list[Example]:
    rows = read(path, format, **options)
    assert [row.problem for row in rows if row.problem] == []
    return [row.example for row in rows if row.example is not None]


def list_problems(path: Path, format: str = "", **options: Any) -> list[tuple[str, str]]:
    return [(row.place, row.problem) for row in read(path, format, **options) if row.problem]


def write_lines(path: Path, values: Iterable[Any]) -> Path:
    path.write_text("".join(json.dumps(value) + "\n" for value in values), encoding="utf-8")
    return path


@PROPERTY
@given(examples=st.lists(EXAMPLES, max_size=3))
def test_yaml_says_what_the_examples_say(tmp_path: Path, examples: list[Example]) -> None:
    file = tmp_path / "golden.yaml"
    text = write_yaml_head("golden") + "".join(map(write_yaml_case, examples))
    file.write_bytes(text.encode())
    assert read_examples(file) == examples


@PROPERTY
@given(examples=st.lists(EXAMPLES, max_size=3))
def test_json_lines_say_what_the_examples_say(tmp_path: Path, examples: list[Example]) -> None:
    file = tmp_path / "golden.jsonl"
    file.write_bytes("".join(map(write_json_line, examples)).encode())
    assert read_examples(file) == examples


def test_a_dataset_of_pydantic_evals_is_read(tmp_path: Path) -> None:
    file = tmp_path / "capitals.yaml"
    file.write_text(
        """# yaml-language-server: $schema=capitals_schema.json
name: capitals
cases:
- name: france
  inputs: What is the capital of France?
  expected_output: Paris
  metadata: {difficulty: easy}
  evaluators:
  - EqualsExpected
- name: norway
  inputs: {question: And of Norway?, style: no}
  metadata:
    answerable: {tags: [north], weight: 2, history: [{role: user, text: Hello}]}
evaluators:
- LLMJudge: {rubric: It is a capital}
"""
    )
    france, norway = read_examples(file)
    assert france.input == {"question": "What is the capital of France?"}
    assert (france.key, france.expected) == ("france", "Paris")
    assert france.metadata == {"difficulty": "easy", "evaluators": ["EqualsExpected"]}
    assert norway.input == {"question": "And of Norway?", "style": "no"}
    assert (norway.tags, norway.weight, norway.history) == (("north",), 2.0, (Turn("user", "Hello"),))


@pytest.mark.parametrize(
    ("text", "place", "problem"),
    [
        (
            "cases:\n- name: a\n  input: {q: 1}\n",
            "line 2 (case 1)",
            "A case has no 'input'. Did you mean 'inputs'?",
        ),
        ("case:\n- name: a\n", "line 1", "There is no 'case' in a dataset. Did you mean 'cases'?"),
        ("cases:\n- just text\n", "line 2 (case 1)", "A case is a mapping."),
        (
            "cases:\n- inputs: {q: 1}\n  metadata:\n    answerable: {tag: [x]}\n",
            "line 2 (case 1)",
            "There is no field 'tag'. Did you mean 'tags'?",
        ),
        (
            "cases:\n- inputs: {q: 1}\n  metadata:\n    answerable: {weight: much}\n",
            "line 2 (case 1)",
            "weight:",
        ),
    ],
)
def test_a_faulty_case_is_told_with_its_line(tmp_path: Path, text: str, place: str, problem: str) -> None:
    file = tmp_path / "golden.yaml"
    file.write_text(text)
    ((where, what),) = list_problems(file)
    assert where == place
    assert problem in what


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (b"cases:\n  - name: [", "golden.yaml, line 3: it is not valid YAML"),
        (
            b"cases:\n- inputs: &a {q: 1}\n- inputs: *a\n",
            "golden.yaml, line 3: it is not valid YAML: aliases",
        ),
        (b"- just a list\n", "there is no mapping at the top"),
        (b"cases:\n- inputs: {q: !!python/object:os.system x}\n", "could not determine a constructor"),
        (b"cases:\n- inputs: {q: \xff\xfe}\n", "golden.yaml"),
        (b"", "golden.yaml"),
    ],
)
def test_a_file_that_is_no_yaml_is_refused(tmp_path: Path, content: bytes, problem: str) -> None:
    file = tmp_path / "golden.yaml"
    file.write_bytes(content)
    with pytest.raises(InvalidInput) as refused:
        read(file)
    assert problem in refused.value.detail
    assert refused.value.code == "invalid_file"


def test_faulty_lines_are_told_and_the_others_read(tmp_path: Path) -> None:
    file = tmp_path / "golden.jsonl"
    file.write_bytes(
        b'\xef\xbb\xbf{"input": {"question": "One?"}}\n\n{"input": \n[1]\n{"inputs": {"question": "?"}}\n'
        b'{"input": {"question": "caf\xe9"}}\n{"input": {"question": "Two?"}, "expected": "2", "id": "x"}\n'
    )
    rows = read(file)
    assert [row.example.input["question"] for row in rows if row.example] == ["One?", "Two?"]
    problems = {row.place: row.problem for row in rows if row.problem}
    assert list(problems) == ["line 3", "line 4", "line 5", "line 6"]
    assert "It is no JSON" in problems["line 3"]
    assert "Did you mean 'input'?" in problems["line 5"]
    assert problems["line 6"] == "Byte 28 of the line is not UTF-8. Save the file as UTF-8."


def test_an_example_of_50_mb_is_refused_with_its_size_and_its_line(tmp_path: Path) -> None:
    file = tmp_path / "golden.jsonl"
    lines = [{"input": {"question": "x" * 50_000_000}}, {"input": {"question": "Small?"}}]
    large, small = read(write_lines(file, lines))
    assert (large.place, large.example) == ("line 1", None)
    assert "It has 50 MB; an example has at most 1 MB." in large.problem
    assert small.example == Example(input={"question": "Small?"})


def test_utf_16_is_named(tmp_path: Path) -> None:
    file = tmp_path / "golden.csv"
    file.write_text("question,answer\nWhy?,So\n", encoding="utf-16")
    with pytest.raises(InvalidInput, match="UTF-16"):
        read(file)


def test_a_table_in_another_encoding_is_read_when_it_is_named(tmp_path: Path) -> None:
    file = tmp_path / "golden.csv"
    file.write_bytes("question,answer\nWoher Käse?,Süd\n".encode("cp1252"))
    assert list_problems(file) == [
        (
            "line 2",
            "Byte 8 of the line is not UTF-8. Save the file as UTF-8, or name its encoding (--encoding cp1252). "
            "What follows was not read.",
        )
    ]
    (example,) = read_examples(file, encoding="cp1252")
    assert example.expected == "Süd"
    with pytest.raises(InvalidInput, match="no encoding 'klingon'"):
        read(file, encoding="klingon")


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_a_table_is_read_by_the_names_of_its_columns(tmp_path: Path, delimiter: str) -> None:
    file = tmp_path / "golden.csv"
    rows = [
        ["ID", "Question", "Answer", "Acceptable", "Tags", "Weight", "Refuse", "Context", "Region"],
        ["a", '"Is it lit,\nnow; so?"', "Yes", "yes|aye", '"light,north"', "2.5", "", "It is lit.", "Nord"],
        ["b", "سؤال؟", "", "", "", "", "yes", "", ""],
        ["", "", "", "", "", "", "", "", ""],
    ]
    file.write_text("\n".join(delimiter.join(row) for row in rows), encoding="utf-8")
    first, second = read_examples(file)
    assert first.input == {"question": "Is it lit,\nnow; so?"}
    assert (first.key, first.expected, first.acceptable, first.weight) == ("a", "Yes", ("yes", "aye"), 2.5)
    assert (first.tags, first.metadata) == (("light", "north"), {"Region": "Nord"})
    assert first.evidence == (Evidence("It is lit."),)
    assert (second.input, second.refuse) == ({"question": "سؤال؟"}, True)


def test_columns_are_mapped(tmp_path: Path) -> None:
    file = tmp_path / "golden.csv"
    file.write_text("Frage,Antwort,id\nWarum?,Darum.,1\n", encoding="utf-8")
    mapped = {"input.text": "Frage", "expected": "Antwort", "metadata.number": "id"}
    (example,) = read_examples(file, columns=mapped)
    assert (example.input, example.expected) == ({"text": "Warum?"}, "Darum.")
    assert (example.metadata, example.key) == ({"number": "1"}, "")


@pytest.mark.parametrize(
    ("columns", "hint"),
    [
        ({}, "Call it `question`"),
        ({"input.question": "Fragen"}, "Did you mean 'Frage'?"),
        ({"expekted": "Frage"}, "Did you mean 'expected'?"),
    ],
)
def test_a_table_without_an_input_is_refused(tmp_path: Path, columns: dict[str, str], hint: str) -> None:
    file = tmp_path / "golden.csv"
    file.write_text("Frage,Antwort\nWarum?,Darum.\n")
    with pytest.raises(InvalidInput) as refused:
        read(file, columns=columns)
    assert hint in (refused.value.hint or "")


@pytest.mark.parametrize(
    ("body", "place", "problem"),
    [
        (b"Why?,So,more\n", "line 2", "It has 3 cells, the header 2."),
        (b'"Why?,So\n', "line 2", "It is no valid CSV"),
        (b"Caf\xe9?,So\n", "line 2", "Byte 4 of the line is not UTF-8."),
        (b"Why?,%s\n" % (b"x" * 2_000_000), "line 2", "A cell has more than 1 MB."),
        (b"Why?,%s\n" % (b"x" * 50_000_000), "line 2", "It has 50 MB; an example has at most 1 MB."),
    ],
)
def test_a_faulty_row_of_a_table_is_told(tmp_path: Path, body: bytes, place: str, problem: str) -> None:
    file = tmp_path / "golden.csv"
    file.write_bytes(b"question,answer\n" + body)
    ((where, what),) = list_problems(file)
    assert where == place
    assert what.startswith(problem)


def test_a_flag_that_is_neither_true_nor_false_is_told(tmp_path: Path) -> None:
    file = tmp_path / "golden.csv"
    file.write_text("question,refuse\nWhy?,perhaps\n")
    assert list_problems(file) == [
        ("line 2", "'perhaps' is neither true nor false. Write true or false in `refuse`.")
    ]


@pytest.mark.parametrize(
    ("name", "format", "error", "hint"),
    [
        ("golden.csv", "cvs", InvalidInput, "Did you mean 'csv'?"),
        ("golden.xlsx", "", InvalidInput, "Give --format"),
        ("nowhere.csv", "", NotFound, "Check the path."),
    ],
)
def test_an_unknown_format_or_file_is_refused(
    tmp_path: Path, name: str, format: str, error: Callable[..., InvalidInput], hint: str
) -> None:
    if name != "nowhere.csv":
        (tmp_path / name).write_text("question\nWhy?\n")
    with pytest.raises((InvalidInput, NotFound)) as refused:
        read(tmp_path / name, format)
    assert refused.type is error
    assert hint in (refused.value.hint or "")
