"""`answerable run --provider-batch` by Anthropic's SDK against the fake models."""

from __future__ import annotations

import json
from pathlib import Path

from tests.e2e.faults.providers import fake_provider
from tests.e2e.running import run_command

SETTINGS = """\
[providers.claude]
kind = "anthropic"
base_url = "{url}"
api_key = "none"
prices = {{ "fake-1" = {{ input = 1, output = 5 }} }}
"""
APP = """\
kind: prompt
labels: {production: main}
variants:
  main:
    model: claude:fake-1
    prompt: |
      Sort the ticket: {{ ticket }}
    input: {ticket: string}
    output:
      schema:
        type: object
        properties: {category: {enum: [billing, bug]}}
        required: [category]
        additionalProperties: false
"""


def test_a_batch_goes_through_the_providers_batch_api(tmp_path: Path) -> None:
    (tmp_path / "apps").mkdir()
    (tmp_path / "apps" / "sort.yaml").write_text(APP)
    rows = [json.dumps({"ticket": f"{number}. Category: bug"}) for number in range(20)]
    (tmp_path / "rows.jsonl").write_text("\n".join([*rows, "{"]) + "\n")
    out = tmp_path / "out.jsonl"
    command = (
        "run",
        "sort",
        "--input",
        str(tmp_path / "rows.jsonl"),
        "--output",
        str(out),
        "--provider-batch",
    )
    with fake_provider() as url:
        (tmp_path / "answerable.toml").write_text(SETTINGS.format(url=url))
        run_command("apply", workspace=tmp_path)
        first = run_command(*command, "--poll-seconds", "0.1", workspace=tmp_path, check=False)
        again = run_command(*command, "--json", workspace=tmp_path, check=False)

    assert first.returncode == again.returncode == 1, first.stderr
    assert "Handed in 20 rows to claude:fake-1" in first.stderr
    assert "20 rows answered, 1 failed" in first.stderr
    answers = [json.loads(line) for line in out.read_text().splitlines()]
    assert len(answers) == 20
    assert all(answer["data"] == {"category": "bug"} for answer in answers)
    assert all(answer["cost_usd"] > 0 for answer in answers)
    assert json.loads(again.stdout)["answered"] == 0
