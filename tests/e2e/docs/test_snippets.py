"""What the docs show runs: `sh` blocks in one workspace a page, `toml` blocks as its settings."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from answerable.settings import load_settings
from tests.e2e.running import run_script

ROOT = Path(__file__).parents[3]
PROMISED = {
    "docs/start/quickstart.md": ("30 days of paid leave", "The sources do not answer this question."),
}
"""What the text of a page says that its commands print."""

_PAGE_SECONDS = 600  # a page has up to thirty commands
_BLOCK = re.compile(r"^```(\w+)\n(.*?)^```", re.MULTILINE | re.DOTALL)


def _blocks(language: str) -> dict[str, list[str]]:
    """Return the blocks of that language by page, for the pages that have any."""
    found = {}
    for page in sorted([ROOT / "README.md", *ROOT.glob("docs/**/*.md")]):
        blocks = [text for kind, text in _BLOCK.findall(page.read_text(encoding="utf-8")) if kind == language]
        if blocks:
            found[str(page.relative_to(ROOT))] = blocks
    return found


@pytest.mark.timeout(_PAGE_SECONDS + 60)
@pytest.mark.parametrize("page", _blocks("sh"))
def test_the_commands_of_a_page_run(page: str, tmp_path: Path) -> None:
    # A workspace of its own, in which the commands find each other's data as a reader's would.
    (tmp_path / "answerable.toml").touch()
    (tmp_path / "examples").symlink_to(ROOT / "examples")
    script = "\n".join(_blocks("sh")[page])
    result = run_script(script, tmp_path, options="-euo", timeout=_PAGE_SECONDS)
    assert result.returncode == 0, f"{result.stdout}\n{result.stderr}"
    for words in PROMISED.get(page, ()):
        assert words in result.stdout


@pytest.mark.parametrize("page", _blocks("toml"))
def test_the_settings_of_a_page_are_valid(page: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("DATABASE_URL", raising=False)
    for number, text in enumerate(_blocks("toml")[page]):
        folder = tmp_path / str(number)
        folder.mkdir()
        (folder / "answerable.toml").write_text(text, encoding="utf-8")
        load_settings(folder)
