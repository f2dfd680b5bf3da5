"""`answerable run APP --input rows.jsonl --output out.jsonl` over a provider with faults, killed in the middle.

    python -m benchmarks.batch

10,000 tickets go through a `prompt` app with typed output. Every 50th answer of the provider is a fault (2 %, five
kinds in turn), and the app tries once: each fault costs a row. Some lines of the input are no rows at all. When 45 % of
the rows are settled, the command is killed with SIGKILL and started again. Then every line must stand once in the
output or once in the failure file, and nowhere twice.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import psutil

from benchmarks.faulty_provider import FAULTS, faulty_provider
from benchmarks.report import write_result

ROWS = 10_000
KILL_AT = 0.45
CONCURRENCY = 32
BAD_LINES = 200
"""Every so many lines one is no row."""

_SETTINGS = '[providers.fake]\nbase_url = "{url}/v1"\napi_key = "none"\n'
_APP = """\
kind: prompt
labels: {{production: main}}
variants:
  main:
    model: fake:fake-1
    prompt: |
      Sort the ticket.
      <ticket>{{{{ ticket }}}}</ticket>
    input: {{ticket: string}}
    resilience: {{attempts: {attempts}}}
    cache: {{exact: false}}
    output:
      schema:
        type: object
        properties:
          category: {{enum: [billing, access, bug, other]}}
          summary: {{type: string}}
        required: [category, summary]
        additionalProperties: false
"""
_TOPICS = ("billing", "access", "bug", "other")


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of a batch that was killed once. Times are in seconds, memory in MB."""

    rows: int
    answered: int
    failed: int
    missing: int
    twice: int
    settled_at_kill: int
    failures: Mapping[str, int]
    requests: int
    seconds: float
    rows_per_second: float
    peak_rss_mb: float


def main() -> None:
    outcome = run_scenario(ROWS)
    result = {
        "faults_share": 0.02,
        "fault_kinds": list(FAULTS),
        "concurrency": CONCURRENCY,
        **asdict(outcome),
    }
    write_result("batch", result)
    print(json.dumps(result, indent=2))
    if outcome.missing or outcome.twice:
        raise SystemExit("A row was lost, or settled twice.")


def run_scenario(rows: int, *, attempts: int = 1, env: Mapping[str, str] | None = None) -> Outcome:
    """Run a batch of so many lines, kill it in the middle, run it to its end, and count."""
    environment = {**os.environ, **(env or {})}
    with (
        tempfile.TemporaryDirectory(prefix="answerable-batch-") as folder,
        faulty_provider(every=50) as provider,
    ):
        workspace = Path(folder)
        _write_workspace(workspace, provider.url, rows, attempts)
        _answerable(workspace, "apply", env=environment).wait_checked({0})
        start = time.monotonic()
        first = _answerable(workspace, *_COMMAND, env=environment)
        settled = first.kill_when_settled(workspace, int(rows * KILL_AT))
        second = _answerable(workspace, *_COMMAND, env=environment)
        second.wait_checked({0, 1})
        seconds = time.monotonic() - start
        peak = max(first.peak_rss, second.peak_rss) / 1e6
        return _count(workspace, rows, settled, provider.requests, seconds, peak)


_COMMAND = (
    *("run", "sort", "--input", "rows.jsonl", "--output", "out.jsonl"),
    *("--concurrency", str(CONCURRENCY)),
)


class _Process:
    """The command while it runs; `peak_rss` is the most memory that it was seen with, in bytes."""

    def __init__(self, popen: subprocess.Popen[bytes], log: Path) -> None:
        self.peak_rss = 0
        self._popen = popen
        self._log = log
        self._watched = psutil.Process(popen.pid)

    def wait_checked(self, accepted: set[int], *, seconds: float = 1800) -> None:
        """Wait for the end. Raises RuntimeError when it ended otherwise than it may."""
        deadline = time.monotonic() + seconds
        while self._poll() is None:
            if time.monotonic() > deadline:
                self._popen.kill()
                raise RuntimeError(f"the batch did not end within {seconds} s")
            time.sleep(0.1)
        if self._popen.returncode not in accepted:
            raise RuntimeError(f"it ended with {self._popen.returncode}:\n{self._log.read_text()[-3000:]}")

    def kill_when_settled(self, workspace: Path, rows: int) -> int:
        """Kill it with SIGKILL once so many rows are settled, and return how many were by then."""
        while (settled := sum(_count_lines(path) for path in _outputs(workspace))) < rows:
            if self._poll() is not None:
                raise RuntimeError(f"it ended before it was killed:\n{self._log.read_text()[-3000:]}")
            time.sleep(0.02)
        self._popen.send_signal(signal.SIGKILL)
        self._popen.wait()
        return settled

    def _poll(self) -> int | None:
        code = self._popen.poll()
        if code is None:
            self.peak_rss = max(self.peak_rss, self._watched.memory_info().rss)
        return code


def _answerable(workspace: Path, *args: str, env: Mapping[str, str]) -> _Process:
    log = workspace / "batch.log"
    with log.open("ab") as output:
        popen = subprocess.Popen(
            [sys.executable, "-m", "answerable", *args, "--workspace", "."],
            cwd=workspace,
            env=dict(env),
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
        )
    return _Process(popen, log)


def _write_workspace(workspace: Path, url: str, rows: int, attempts: int) -> None:
    (workspace / "apps").mkdir()
    (workspace / "answerable.toml").write_text(_SETTINGS.format(url=url))
    (workspace / "apps" / "sort.yaml").write_text(_APP.format(attempts=attempts))
    with (workspace / "rows.jsonl").open("w") as file:
        for number in range(1, rows + 1):
            file.write("{torn\n" if number % BAD_LINES == 0 else _row(number))


def _row(number: int) -> str:
    ticket = (
        f"Ticket number {number}. Category: {_TOPICS[number % 4]}. Please help with case {number * 7919}."
    )
    return json.dumps({"id": f"T-{number}", "ticket": ticket}) + "\n"


def _outputs(workspace: Path) -> tuple[Path, Path]:
    return workspace / "out.jsonl", workspace / "out.failures.jsonl"


def _count_lines(path: Path) -> int:
    return path.read_bytes().count(b"\n") if path.exists() else 0


def _count(workspace: Path, rows: int, settled: int, requests: int, seconds: float, peak: float) -> Outcome:
    answers, failures = (_read(path) for path in _outputs(workspace))
    seen = Counter(entry["line"] for entry in [*answers, *failures])
    wrong = [
        entry["id"] for entry in answers if entry["data"]["category"] != _TOPICS[int(entry["id"][2:]) % 4]
    ]
    if wrong:
        raise RuntimeError(f"these rows have the answer of another one: {wrong[:5]}")
    return Outcome(
        rows=rows,
        answered=len(answers),
        failed=len(failures),
        missing=rows - len(seen),
        twice=sum(count > 1 for count in seen.values()),
        settled_at_kill=settled,
        failures=dict(Counter(entry["code"] for entry in failures)),
        requests=requests,
        seconds=round(seconds, 1),
        rows_per_second=round(rows / seconds, 1),
        peak_rss_mb=round(peak, 1),
    )


def _read(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text().splitlines()]


if __name__ == "__main__":
    main()
