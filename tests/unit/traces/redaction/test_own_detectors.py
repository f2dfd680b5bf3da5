"""Detectors that a workspace brings: found by their path, refused with what to do."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from answerable.core.errors import SetupError
from answerable.traces.redaction.own_detectors import load_detectors
from answerable.traces.redaction.texts import TextRedactor

MODULE = """
import re

def find(text):
    return [(*match.span(), "NAME") for match in re.finditer("Ann|Bob", text)]

def odd(text):
    yield 5, 3, "NAME"
    yield -1, 2, "NAME"
    yield 0, 10_000, "NAME"
    yield 0, 3, "NAME"
    yield 2, 5, "PLACE"

number = 3
"""


@pytest.fixture
def workspace(tmp_path: Path) -> Iterator[Path]:
    (tmp_path / "own_names.py").write_text(MODULE, encoding="utf-8")
    (tmp_path / "own_broken.py").write_text("import nothing_of_that_name\n", encoding="utf-8")
    before = list(sys.path)
    yield tmp_path
    sys.path[:] = before
    sys.modules.pop("own_names", None)


def test_a_function_of_a_file_of_the_workspace(workspace: Path) -> None:
    redactor = TextRedactor(own=load_detectors(["own_names:find"], workspace=workspace))
    assert redactor.redact("Ann wrote to bob@example.com and Bob") == "[NAME] wrote to [EMAIL] and [NAME]"


def test_stretches_that_are_none_are_passed_over(workspace: Path) -> None:
    redactor = TextRedactor(own=load_detectors(["own_names:odd"], workspace=workspace))
    assert redactor.redact("abcdefgh") == "[NAME]fgh"


@pytest.mark.parametrize(
    "path",
    [
        "own_names", "own_names:", ":find", "own names:find", "own_names:number", "own_names:nobody", "own_broken:find",
        "not_there_at_all:find", "../own_names:find",
    ],
)  # fmt: skip
def test_what_cannot_be_called_is_refused_at_the_start(workspace: Path, path: str) -> None:
    with pytest.raises(SetupError) as refused:
        load_detectors([path], workspace=workspace)
    assert refused.value.hint
