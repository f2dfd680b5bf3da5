"""Examples with images: files of the workspace, sent to the model, and known by what is in them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from PIL import Image

from tests.e2e.faults.providers import fake_provider
from tests.e2e.running import run_command

APP = """\
kind: prompt
labels: {production: main}
variants:
  main:
    model: fake:fake-1
    input: {photo: {type: image}}
    prompt: {text: "What is on it? {{ photo }}"}
evaluators: [tokens]
"""


def test_a_photo_is_measured_once_and_again_when_it_is_another(tmp_path: Path) -> None:
    (tmp_path / "apps").mkdir()
    (tmp_path / "apps" / "look.yaml").write_text(APP)
    examples = [{"input": {"photo": f"{name}.png"}, "key": name} for name in ("one", "missing")]
    (tmp_path / "photos.jsonl").write_text("\n".join(map(json.dumps, examples)))
    _draw(tmp_path / "one.png", "red")
    with fake_provider() as url:
        settings = f'[providers.fake]\nbase_url = "{url}/v1"\napi_key = "none"\n'
        (tmp_path / "answerable.toml").write_text(settings)
        run_command("apply", workspace=tmp_path)
        run_command("datasets", "import", "photos", str(tmp_path / "photos.jsonl"), workspace=tmp_path)
        first, again = _measure(tmp_path), _measure(tmp_path)
        _draw(tmp_path / "one.png", "blue")
        changed = _measure(tmp_path)
    # The photo that is missing fails its own example, and is looked for again each time.
    assert [(run["total"], run["failed"]) for run in (first, again, changed)] == [(2, 1)] * 3
    assert [run["reused"] for run in (first, again, changed)] == [0, 1, 0]


def _measure(workspace: Path) -> dict[str, Any]:
    ended = run_command("eval", "look", "-d", "photos", "--json", workspace=workspace, check=False)
    run: dict[str, Any] = json.loads(ended.stdout)
    return run


def _draw(path: Path, colour: str) -> None:
    Image.new("RGB", (64, 64), colour).save(path)
