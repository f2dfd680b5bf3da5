"""The files that the guide shows are right."""

from __future__ import annotations

import re
from pathlib import Path

from answerable.apps.files.loader import load_apps
from answerable.apps.templates.filters import FILTERS
from tests.unit.apps.files.workspaces import MODEL, write

GUIDE = Path(__file__).parents[4] / "docs/guides/apps.md"


def test_the_app_of_the_guide_loads(tmp_path: Path) -> None:
    text = GUIDE.read_text(encoding="utf-8")
    blocks = dict(re.findall(r"^```(yaml|jinja)\n(.*?)^```", text, re.MULTILINE | re.DOTALL))
    (tmp_path / "images").mkdir()
    (tmp_path / "images/bike.jpg").write_bytes(b"\xff\xd8")
    schema = '{"type": "object", "properties": {"title": {"type": "string"}, "price": {"type": "number"}}}'
    write(
        tmp_path,
        {
            "apps/listing.yaml": blocks["yaml"],
            "prompts/listing.md": blocks["jinja"],
            "prompts/tone.md": "Be brief.",
            "schemas/listing.json": schema,
        },
    )
    loaded = load_apps(tmp_path, default_model=MODEL)
    assert loaded.problems == ()
    assert [variant.name for variant in loaded.apps[0].variants] == ["photo", "cheap"]


def test_the_guide_names_every_filter() -> None:
    text = GUIDE.read_text(encoding="utf-8")
    missing = {name for name in FILTERS if f"`{name}`" not in text} - {
        "count",
        "d",
        "e",
    }  # other names of some
    assert not missing
