"""The input of `answerable run`, as the command line writes it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from answerable.apps.content import InputField
from answerable.cli.batches import BatchFiles
from answerable.cli.run_input import GivenInput
from answerable.core.errors import InvalidInput

FIELDS = {
    "note": InputField(),
    "count": InputField(type="integer"),
    "loud": InputField(type="boolean"),
    "tags": InputField(type="array"),
    "photo": InputField(type="image"),
}


def read(source: str | None = None, *, values: Any = (), files: Any = ()) -> dict[str, Any]:
    return GivenInput(source, values, files).read(FIELDS)


def test_values_are_read_as_their_fields_are_declared() -> None:
    values = ("note=3 = three", "count=3", "loud=true", 'tags=["a"]', "colour=red")
    expected = {"note": "3 = three", "count": 3, "loud": True, "tags": ["a"], "colour": "red"}
    assert read(values=values) == expected


def test_what_is_no_number_stays_text_for_the_check_to_name() -> None:
    assert read(values=("count=three",)) == {"count": "three"}


def test_a_later_option_goes_before_an_earlier_one(tmp_path: Path) -> None:
    (tmp_path / "note.txt").write_text("from a file", encoding="utf-8-sig")
    files = (f"note={tmp_path / 'note.txt'}",)
    assert read('{"note": "a", "count": 1}', values=("note=b",)) == {"note": "b", "count": 1}
    assert read(values=("note=b",), files=files) == {"note": "from a file"}


def test_paths_in_a_file_count_from_it(tmp_path: Path) -> None:
    (tmp_path / "a.png").write_bytes(b"png")
    (tmp_path / "input.json").write_text('{"photo": "a.png"}')
    assert read(f"@{tmp_path / 'input.json'}") == {"photo": b"png"}


@pytest.mark.parametrize(
    ("given", "words"),
    [
        (GivenInput("{", (), ()), "--input is not JSON"),
        (GivenInput("[1]", (), ()), "not an object"),
        (GivenInput("@nowhere.json", (), ()), "nowhere.json cannot be read"),
        (GivenInput(None, ("note",), ()), "not NAME=VALUE"),
        (GivenInput(None, ("=x",), ()), "not NAME=VALUE"),
        (GivenInput(None, (), ("photo=nowhere.png",)), "nowhere.png cannot be read"),
        (GivenInput('{"photo": "a\\u0000b"}', (), ()), "cannot be read"),
    ],
)
def test_what_cannot_be_read_says_so(given: GivenInput, words: str) -> None:
    with pytest.raises(InvalidInput, match=words):
        given.read(FIELDS)


@pytest.mark.parametrize(
    ("given", "output"),
    [
        (GivenInput(None, (), ()), "out.jsonl"),
        (GivenInput("-", (), ()), "out.jsonl"),
        (GivenInput("rows.jsonl", ("a=b",), ()), "out.jsonl"),
        (GivenInput("rows.jsonl", (), ()), "rows.jsonl"),
        (GivenInput("@rows.jsonl", (), ()), "./rows.jsonl"),
    ],
)
def test_a_batch_needs_three_files_of_its_own(given: GivenInput, output: str) -> None:
    with pytest.raises(InvalidInput):
        BatchFiles.make(given, Path(output), None)


def test_failures_stand_beside_the_output() -> None:
    files = BatchFiles.make(GivenInput("@rows.jsonl", (), ()), Path("out/answers.jsonl"), None)
    assert files == BatchFiles(
        Path("rows.jsonl"), Path("out/answers.jsonl"), Path("out/answers.failures.jsonl")
    )
