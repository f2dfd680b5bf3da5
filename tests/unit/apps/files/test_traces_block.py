"""The `traces:` block: what of an app's traces is kept, and what is wrong with it, with its line."""

from __future__ import annotations

from pathlib import Path

import pytest

from answerable.apps.files.dump import dump_app
from answerable.apps.files.loader import load_apps
from answerable.apps.trace_settings import TraceSettings, read_trace_settings
from answerable.traces.types import TracePolicy
from tests.unit.apps.files.workspaces import MODEL, load, load_one, write

HEAD = "kind: prompt\nvariants:\n  v:\n    prompt: |\n      Hello\n"
"""A valid app of five lines; what a test adds is line 6."""

BLOCK = "traces:\n  content: redacted\n  keep_days: 30\n  redact:\n    CASE: 'CN-\\d{6}'\n  redact_ip: true\n"


def test_it_is_read_and_is_no_part_of_any_variant(tmp_path: Path) -> None:
    plain = load_one(tmp_path / "plain", HEAD)
    app = load_one(tmp_path / "with", HEAD + BLOCK)
    assert app.traces == TraceSettings(
        content="redacted", keep_days=30, redact={"CASE": r"CN-\d{6}"}, redact_ip=True
    )
    assert app.variants[0].hash == plain.variants[0].hash


def test_what_it_does_not_say_is_as_the_workspace_has_it() -> None:
    default = TracePolicy("redacted", 30, {"CASE": "a", "ORDER": "b"}, ip=True)
    assert TraceSettings().to_policy(default) == default
    own = TraceSettings(content="full", keep_days=0, redact={"CASE": "c"}, redact_ip=False)
    assert own.to_policy(default) == TracePolicy("full", 0, {"CASE": "c", "ORDER": "b"}, ip=False)


def test_a_file_that_is_written_says_it_again(tmp_path: Path) -> None:
    app = load_one(tmp_path, HEAD + BLOCK)
    files = dump_app(app.name, app.kind, "", app.labels, app.variants, traces=app.traces)
    write(tmp_path / "again", files)
    (again,) = load_apps(tmp_path / "again", default_model=MODEL).apps
    assert again.traces == app.traces
    assert "traces" not in dump_app(app.name, app.kind, "", app.labels, app.variants)[f"apps/{app.name}.yaml"]


@pytest.mark.parametrize(
    ("text", "line", "message", "suggestion"),
    [
        ("traces: 3\n", 6, "not a mapping", "content, keep_days"),
        ("traces:\n  contents: full\n", 7, "no key 'contents'", "'content'"),
        ("traces:\n  content: redact\n", 7, "'content' should be", "'redacted'"),
        ("traces:\n  keep_days: -1\n", 7, "'keep_days' should be greater", ""),
        ("traces:\n  keep_days: 3651\n", 7, "'keep_days' should be less", ""),
        ("traces:\n  keep_days: 1.5\n", 7, "'keep_days'", ""),
        ("traces:\n  redact:\n    CASE: 3\n", 8, "'CASE' should be a valid string", ""),
        ("traces:\n  redact:\n    CASE: '(a'\n", 8, "not a regular expression", "CASE_NUMBER"),
        ("traces:\n  redact:\n    CASE: '(?<=a)b'\n", 8, "no looking back", "CASE_NUMBER"),
        ("traces:\n  redact:\n    CASE: '(a)\\1'\n", 8, "not a regular expression", "CASE_NUMBER"),
        ("traces:\n  redact:\n    CASE: '(a{900}){900}'\n", 8, "not a regular expression", "CASE_NUMBER"),
        ("traces:\n  redact:\n    CASE: 'a*'\n", 8, "fits also where there is nothing", ""),
        ("traces:\n  redact:\n    CASE: ''\n", 8, "1 to 1000 characters", ""),
        ("traces:\n  redact:\n    case: 'a'\n", 8, "cannot stand for", "capitals"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_named_with_its_line(
    tmp_path: Path, text: str, line: int, message: str, suggestion: str
) -> None:
    (problem,) = load(tmp_path, {"apps/listing.yaml": HEAD + text}).problems
    assert (problem.file, problem.line) == ("apps/listing.yaml", line)
    assert message in problem.message
    assert suggestion in problem.suggestion


def test_everything_that_is_wrong_is_named_at_once(tmp_path: Path) -> None:
    text = HEAD + "traces:\n  content: nothing\n  redact:\n    CASE: '(a'\n    ORDER: 'b+'\n    KEY: '['\n"
    found = load(tmp_path, {"apps/listing.yaml": text}).problems
    assert [problem.line for problem in found] == [7, 9, 11]


def test_too_many_patterns(tmp_path: Path) -> None:
    patterns = "".join(f"    P{number}: 'x{number}'\n" for number in range(51))
    (problem,) = load(tmp_path, {"apps/listing.yaml": HEAD + "traces:\n  redact:\n" + patterns}).problems
    assert (problem.line, problem.message) == (58, "There are more than 50 patterns.")


def test_what_another_version_stored_keeps_no_content(caplog: pytest.LogCaptureFixture) -> None:
    assert read_trace_settings("ask", {"content": "summary"}) == TraceSettings(content="none")
    assert "ask" in caplog.text
