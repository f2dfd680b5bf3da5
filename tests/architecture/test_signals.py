"""The guide on feedback defines every signal in the words of the code."""

from __future__ import annotations

import re
from pathlib import Path

from answerable.quality.signals.registry import SIGNALS

GUIDE = Path(__file__).parents[2] / "docs" / "guides" / "feedback.md"
_ROW = re.compile(r"^\| `(\w+)` \| (user|human|judge|code) \| (.+?) \| (.+) \|$", re.MULTILINE)


def test_the_guide_has_each_signal_with_its_definition() -> None:
    rows = {row[0]: row[1:] for row in _ROW.findall(GUIDE.read_text(encoding="utf-8"))}
    assert rows == {
        name: (signal.source, signal.holds, signal.definition) for name, signal in SIGNALS.items()
    }
