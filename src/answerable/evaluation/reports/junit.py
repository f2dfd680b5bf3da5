"""JUnit XML, as CI systems read it: a test case for each item, which fails where a score says wrong."""

from __future__ import annotations

from collections import Counter
from collections.abc import AsyncIterator, Callable, Sequence
from xml.sax.saxutils import escape, quoteattr

from answerable.evaluation.reports.texts import clean, shorten, show_expected, show_input, show_output
from answerable.evaluation.runs.rating import Outcome, Rating, list_rated, rate
from answerable.evaluation.runs.types import EvalRun, ItemResult

Results = Callable[[], AsyncIterator[Sequence[ItemResult]]]
"""Reads the results from their beginning."""

_LONGEST = 4_000


async def render_junit(run: EvalRun, results: Results) -> AsyncIterator[str]:
    """Yield the parts of the file. The results are read twice: their counts stand first."""
    rated = list_rated(run)
    counts: Counter[Outcome] = Counter()
    seconds = 0.0
    async for batch in results():
        counts.update(rate(one, rated).outcome for one in batch)
        seconds += sum(_get_seconds(one) for one in batch)
    name = f"{run.app}@{run.variant} on {run.dataset}@{run.version}"
    numbers = (
        f'tests="{counts.total()}" failures="{counts["failed"]}" errors="{counts["error"]}"'
        f' skipped="{counts["unrated"]}" time="{seconds:.3f}"'
    )
    yield f'<?xml version="1.0" encoding="UTF-8"?>\n<testsuites name="answerable eval" {numbers}>\n'
    yield f"<testsuite name={_quote(name)} {numbers} timestamp={_quote(run.created_at.isoformat())}>\n"
    yield "<properties>\n"
    for one in run.summary:
        if one.mean is not None:
            yield f'<property name={_quote(one.metric)} value="{one.mean:.6g}"/>\n'
    yield "</properties>\n"
    async for batch in results():
        for item in batch:
            yield _render_case(run, item, rate(item, rated))
    yield "</testsuite>\n</testsuites>\n"


def _render_case(run: EvalRun, item: ItemResult, rating: Rating) -> str:
    repeat = f" #{item.repeat + 1}" if run.repeats > 1 else ""
    opening = (
        f"<testcase classname={_quote(f'{run.app}.{run.dataset}')} name={_quote(item.example_key + repeat)}"
        f' time="{_get_seconds(item):.3f}">'
    )
    return f"{opening}{_render_outcome(item, rating)}</testcase>\n"


def _render_outcome(item: ItemResult, rating: Rating) -> str:
    if rating.outcome == "error":
        return f"<error message={_quote(shorten(item.error, 300))}>{_escape(_describe(item))}</error>"
    if rating.outcome == "unrated":
        return '<skipped message="no evaluator says right or wrong"/>'
    if rating.outcome == "failed":
        said = "; ".join(f"{one.metric} = 0{f': {one.reason}' if one.reason else ''}" for one in rating.wrong)
        return f"<failure message={_quote(shorten(said, 300))}>{_escape(_describe(item))}</failure>"
    return ""


def _describe(item: ItemResult) -> str:
    parts = [f"asked: {show_input(item.example)}"]
    if item.output is None:
        return "\n".join([*parts, item.error])
    return "\n".join(
        [*parts, f"expected: {show_expected(item.example)}", f"given: {show_output(item.output)}"]
    )


def _get_seconds(item: ItemResult) -> float:
    return (item.output.latency_ms or 0.0) / 1000 if item.output is not None else 0.0


def _quote(text: str) -> str:
    return quoteattr(clean(text))


def _escape(text: str) -> str:
    return escape(clean(shorten(text, _LONGEST)))
