"""What needs nothing starts at once: no command is imported to print the version or the list of commands."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from answerable.cli.registry import COMMANDS
from tests.e2e.running import clean_environment


@pytest.mark.parametrize("argument", ["--version", "--help"])
def test_the_version_and_the_list_of_commands_import_no_command(argument: str) -> None:
    result = subprocess.run(
        [sys.executable, "-X", "importtime", "-m", "answerable", argument],
        capture_output=True,
        text=True,
        timeout=180,
        env=clean_environment(),
        check=True,
    )
    imported = {line.rpartition("|")[2].strip() for line in result.stderr.splitlines()}
    assert "answerable.cli.registry" in imported
    for heavy in ("answerable.wiring", "alembic", "nicegui", "fastapi", "psycopg"):
        assert heavy not in imported


def test_the_list_of_commands_is_whole() -> None:
    result = subprocess.run(
        [sys.executable, "-m", "answerable", "--help"],
        capture_output=True,
        text=True,
        timeout=180,
        env=clean_environment(),
        check=True,
    )
    for name, line in COMMANDS.items():
        assert name in result.stdout
        assert line.summary in result.stdout


def test_a_mistyped_command_is_told_the_right_one() -> None:
    result = subprocess.run(
        [sys.executable, "-m", "answerable", "serv"],
        capture_output=True,
        text=True,
        timeout=180,
        env=clean_environment(),
        check=False,
    )
    assert result.returncode == 2
    assert "Did you mean 'serve'" in result.stderr


def test_init_says_what_it_made_and_what_was_there_and_where_to_go_on(tmp_path: Path) -> None:
    def run_init() -> list[str]:
        command = [sys.executable, "-m", "answerable", "init", "my workspace"]
        done = subprocess.run(
            command, cwd=tmp_path, env=clean_environment(), check=True, capture_output=True, text=True
        )
        return done.stdout.splitlines()

    assert run_init() == [
        "made my workspace/answerable.toml",
        "made my workspace/.gitignore",
        "Next: cd 'my workspace', then answerable ingest FOLDER, then answerable serve.",
    ]
    (tmp_path / "my workspace" / "answerable.toml").write_text("# mine\n")
    assert run_init()[0] == "kept my workspace/answerable.toml, which was there"
    assert (tmp_path / "my workspace" / "answerable.toml").read_text() == "# mine\n"
