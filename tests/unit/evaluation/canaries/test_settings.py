"""The section [model_checks]."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from answerable.core.errors import SetupError
from answerable.settings import load_settings
from answerable.wiring.canaries import make_canary_settings


def write(folder: Path, text: str) -> Path:
    (folder / "answerable.toml").write_text(text, encoding="utf-8")
    return folder


def test_nothing_is_asked_on_a_schedule_unless_it_is_wanted(tmp_path: Path) -> None:
    assert make_canary_settings(load_settings(write(tmp_path, ""))).every is None
    settings = make_canary_settings(load_settings(write(tmp_path, '[model_checks]\nevery = "12h"\n')))
    assert settings.every == timedelta(hours=12)


@pytest.mark.parametrize(
    ("line", "wrong"),
    [
        ('every = "daily"', "daily"),
        ('every = "1s"', "1s"),
        ('channels = ["ops"]', "ops"),
        ("alpha = 2", "alpha"),
        ("max_usd = 0", "max_usd"),
        ('dataste = "x"', "dataste"),
    ],
)
def test_what_is_wrong_is_said_at_the_start(tmp_path: Path, line: str, wrong: str) -> None:
    with pytest.raises(SetupError, match=wrong):
        make_canary_settings(load_settings(write(tmp_path, f"[model_checks]\n{line}\n")))
