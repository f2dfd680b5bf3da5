"""Write the numbers into README.md from benchmarks/results.

    python -m benchmarks.table

First the few beside those of peers, then all of them with their aims, folded away. A row is there as soon as its result
is. `tests/architecture` checks that README and results agree.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Final

from benchmarks.rows import answers, evaluation, gateway, search, traces
from benchmarks.rows.peers import PEER_ROWS
from benchmarks.rows.row import Result, Row

ROOT = Path(__file__).resolve().parent.parent
RESULTS = ROOT / "benchmarks" / "results"
BEGIN, END = "<!-- numbers: written by benchmarks/table.py -->", "<!-- /numbers -->"
PARTS: Final[Mapping[str, Sequence[Row]]] = {
    "Search and ingestion": search.ROWS,
    "Answers and their verification": answers.ROWS,
    "Calls of models": gateway.ROWS,
    "Traces, monitoring, review": traces.ROWS,
    "Evaluation": evaluation.ROWS,
}


def render(results: Mapping[str, Result]) -> str:
    """Return the tables in Markdown."""
    all_lines = [line for title, rows in PARTS.items() for line in _list_lines(title, rows, results)]
    short = sum(line.endswith("| falls short |") for line in all_lines)
    fall = "falls" if short == 1 else "fall"
    measured = sum(row.result in results for rows in PARTS.values() for row in rows)
    return "\n".join(
        [
            "| | Answerable | peer, in the same run |",
            "|---|---|---|",
            *(row.render(results[row.result]) for row in PEER_ROWS if row.result in results),
            "",
            f"<details><summary>All {measured} measurements with their aims; {short} {fall} short</summary>",
            "",
            "| what | aim | measured | |",
            "|---|---|---|---|",
            *all_lines,
            "",
            "</details>",
        ]
    )


def _list_lines(title: str, rows: Sequence[Row], results: Mapping[str, Result]) -> Iterator[str]:
    if any(row.result in results for row in rows):
        yield f"| **{title}** | | | |"
    for row in rows:
        result = results.get(row.result)
        if result is not None:
            mark = "" if row.met(result) else "falls short"
            yield f"| {row.what} | {row.aim} | {row.show(result)} | {mark} |"


def load_results() -> dict[str, Result]:
    return {
        path.stem: json.loads(path.read_text(encoding="utf-8")) for path in sorted(RESULTS.glob("*.json"))
    }


def insert(readme: str, table: str) -> str:
    """Return the README with the tables between their marks."""
    head, _, rest = readme.partition(BEGIN)
    _, _, tail = rest.partition(END)
    return f"{head}{BEGIN}\n\n{table}\n\n{END}{tail}"


def main() -> None:
    path = ROOT / "README.md"
    path.write_text(insert(path.read_text(encoding="utf-8"), render(load_results())), encoding="utf-8")
    print("wrote the numbers into README.md")


if __name__ == "__main__":
    main()
