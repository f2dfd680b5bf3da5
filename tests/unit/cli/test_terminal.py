"""What others wrote is shown in a terminal, and does not steer it."""

from __future__ import annotations

import pytest
from rich.table import Table

from answerable.cli.terminal import open_console


def test_no_text_steers_the_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    console = open_console()
    table = Table("Key", "Expected", box=None)
    table.add_row("a:m:", "x\x1b[31m\x1b]0;title\x07y\u202ez שלום")
    console.print(table)
    console.print("given: \x9b31m one\ttwo", markup=False)
    said = capsys.readouterr().out
    assert "a:m:  x�[31m�]0;title" in said
    assert "y�z שלום" in said
    assert "given: �31m one" in said
    assert not {"\x1b", "\x07", "\x9b", "\u202e"} & set(said)
