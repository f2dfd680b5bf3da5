"""The worked examples as a workspace of a test, with a fake provider."""

from __future__ import annotations

import shutil
from pathlib import Path

EXAMPLES = Path(__file__).parents[3] / "examples" / "extraction"
_OFFLINE = "http://127.0.0.1:8010"


def copy_examples(folder: Path, provider_url: str) -> Path:
    """Copy the examples to a folder, with the provider at this address; return the folder."""
    shutil.copytree(EXAMPLES, folder)
    settings = folder / "answerable.toml"
    text = settings.read_text(encoding="utf-8")
    assert _OFFLINE in text
    settings.write_text(text.replace(_OFFLINE, provider_url), encoding="utf-8")
    return folder
