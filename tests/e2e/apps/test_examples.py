"""The four worked examples against the fake models; the guide on extraction runs them by the command line."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.e2e.running import RunningServer, run_command


@pytest.mark.parametrize(
    ("app", "values", "file", "found"),
    [
        (
            "listing",
            {"condition": "like new", "note": "Category: bicycles. Price eur: 140"},
            ("photo", "bicycle.jpg"),
            {"category": "bicycles", "price_eur": 140},
        ),
        ("invoice", {}, ("invoice", "invoice.pdf"), {"currency": "EUR"}),
        (
            "triage",
            {"ticket": "Export hangs. Category: bug. Urgency: high."},
            None,
            {"category": "bug", "urgency": "high"},
        ),
        ("logs", {"service": "orders-api"}, ("log", "service.log"), {"healthy": True}),
    ],
)
def test_an_example_answers_with_data_of_its_schema(
    apps_server: RunningServer,
    examples: Path,
    app: str,
    values: dict[str, str],
    file: tuple[str, str] | None,
    found: dict[str, Any],
) -> None:
    parts: list[Any] = [(name, (None, value)) for name, value in values.items()]
    if file is not None:
        parts.append((file[0], (file[1], (examples / "inputs" / file[1]).read_bytes())))
    with apps_server.client() as client:
        response = client.post(f"/v1/apps/{app}/run", files=parts)

    assert response.status_code == 200, response.text
    answer = response.json()
    assert found.items() <= answer["data"].items()
    assert json.loads(answer["output"]) == answer["data"]
    assert answer["cost_usd"] > 0


def test_a_batch_of_tickets_names_the_row_that_is_none(examples: Path, tmp_path: Path) -> None:
    out = tmp_path / "out.jsonl"
    command = ("run", "triage", "--input", str(examples / "inputs/tickets.jsonl"), "--output", str(out))
    first = run_command(*command, workspace=examples, check=False)

    assert first.returncode == 1
    assert "5 rows answered, 1 failed" in first.stderr
    answers = [json.loads(line) for line in out.read_text().splitlines()]
    assert {entry["id"] for entry in answers} == {f"T-10{number}" for number in range(1, 6)}
    (failure,) = [json.loads(line) for line in (tmp_path / "out.failures.jsonl").read_text().splitlines()]
    assert (failure["id"], failure["line"], failure["code"]) == ("T-106", 6, "invalid_input")

    again = run_command(*command, "--json", workspace=examples, check=False)
    assert again.returncode == 1
    assert json.loads(again.stdout)["answered"] == 0


def test_wrong_input_says_what_is_wrong_and_what_is_accepted(examples: Path) -> None:
    result = run_command("run", "triage", "--set", "tickets=x", workspace=examples, check=False)

    assert result.returncode == 2
    assert "tickets: There is no such field; there are 'subject', 'ticket'." in result.stderr
    assert "ticket: It is missing" in result.stderr
