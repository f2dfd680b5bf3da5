"""Every command of the registry is there, and says what it does."""

from __future__ import annotations

import pytest

from answerable.cli.lazy import LazyCommand
from answerable.cli.registry import COMMANDS


@pytest.mark.parametrize("name", COMMANDS)
def test_a_line_of_the_registry_leads_to_a_command(name: str) -> None:
    command = LazyCommand(name, COMMANDS[name]).load()
    assert command.name == name
    assert command.help


@pytest.mark.parametrize("name", COMMANDS)
def test_its_summary_is_one_sentence(name: str) -> None:
    summary = COMMANDS[name].summary
    assert summary.endswith(".")
    assert len(summary) <= 60
