"""What must never be committed, and shapes that keep the code readable."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

from benchmarks.table import insert, load_results, render

ROOT = Path(__file__).parents[2]
MOST_LINES = 400


def _tracked(pattern: str) -> list[Path]:
    listing = subprocess.run(
        ["git", "ls-files", "-co", "--exclude-standard", "-z", pattern],
        cwd=ROOT,
        capture_output=True,
        check=True,
    )
    return [path for name in listing.stdout.decode().split("\0") if name and (path := ROOT / name).is_file()]


def test_lock_files_name_no_index() -> None:
    for lock in ROOT.glob("requirements*.txt"):
        text = lock.read_text(encoding="utf-8")
        assert "--hash=sha256:" in text
        assert not re.search(
            r"^\s*(--index-url|--extra-index-url|--find-links|.*https?://)", text, re.MULTILINE
        )


def test_no_credential_is_committed() -> None:
    # Keys of the big providers, and our own, have shapes that nothing else has.
    shapes = re.compile(r"sk-(?:proj|ant)-[\w-]{16,}|AKIA[0-9A-Z]{16}|\bans_[\w-]{43}")
    for path in _tracked("*"):
        if path.suffix not in {".onnx", ".png", ".gz"}:
            assert not shapes.search(path.read_text(encoding="utf-8", errors="replace")), path


def test_no_module_is_a_god() -> None:
    crowded = {
        str(path.relative_to(ROOT)): lines
        for path in _tracked("src/*.py")
        if (lines := len(path.read_text(encoding="utf-8").splitlines())) > MOST_LINES
    }
    assert not crowded


def test_no_import_hides_inside_a_function() -> None:
    inner = re.compile(r"^[ \t]+(?:import \w|from \w[\w.]* import )", re.MULTILINE)
    for path in _tracked("src/*.py"):
        text = re.sub(r'""".*?"""', "", path.read_text(encoding="utf-8"), flags=re.DOTALL)
        chosen = r"^(?:if (?:TYPE_CHECKING|sys\.version_info .*)|else):\n(?:[ \t]+.*\n)+"
        text = re.sub(chosen, "", text, flags=re.MULTILINE)
        assert not inner.search(text), path


def test_readme_shows_the_results() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    assert insert(readme, render(load_results())) == readme, "run: python -m benchmarks.table"
