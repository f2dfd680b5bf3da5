"""Evaluators of the user's own, in files of the workspace."""

from __future__ import annotations

import asyncio
import textwrap
import threading
from pathlib import Path
from typing import Any

import pytest

from answerable.core.errors import SetupError
from answerable.evaluation.evaluators.context import EvaluatorContext
from answerable.evaluation.evaluators.registry import describe_metrics
from answerable.evaluation.scoring import score_case
from answerable.evaluation.types import Evaluator, Output, Passage
from tests.fakes.waiting import wait_until
from tests.unit.evaluation.evaluators.making import make_case, open_one, score, score_all


@pytest.fixture
def context(tmp_path: Path) -> EvaluatorContext:
    return EvaluatorContext(workspace=tmp_path)


def _write(context: EvaluatorContext, code: str, name: str = "evals.py") -> None:
    assert context.workspace is not None
    file = context.workspace / name
    file.parent.mkdir(exist_ok=True)
    file.write_text(textwrap.dedent(code), encoding="utf-8")


def _open(context: EvaluatorContext, code: str, options: Any = None) -> Evaluator:
    _write(context, code)
    return open_one({"python": {"function": "evals.py:judge", **(options or {})}}, context)


@pytest.mark.parametrize(
    ("body", "value", "reason"),
    [
        ("(output): return 'please' in output", 1.0, ""),
        ("(output, expected): return len(output) - len(expected)", 4.0, ""),
        ("(output) -> float: return 0.5, 'half'", 0.5, "half"),
        ("(case): return case.repeat", 0.0, ""),
        ("(example, input, metadata, passages): return len(passages)", 1.0, ""),
        ("(ctx): return ctx.output != ctx.expected_output", 1.0, ""),
        ("(output, least=2): return len(output) > least", 1.0, ""),
        ("(output, **others): return not others", 1.0, ""),
    ],
)
async def test_a_function_is_shown_what_its_parameters_name(
    context: EvaluatorContext, body: str, value: float, reason: str
) -> None:
    _write(context, f"def judge{body}")
    case = make_case(Output("yes please", passages=(Passage("a"),)), "please")
    (found,) = await score_all({"python": "evals.py:judge"}, case, context)
    assert (found.metric, found.value, found.reason, found.error) == ("judge", value, reason, "")


async def test_an_async_function_and_a_class(context: EvaluatorContext) -> None:
    code = """
    from dataclasses import dataclass

    async def later(output):
        return len(output)

    @dataclass
    class Longer:
        than: int = 0

        def evaluate(self, ctx):
            return {"longer": len(ctx.output) > self.than, "seconds": ctx.duration}
    """
    _write(context, code)
    case = make_case(Output("yes", latency_ms=500.0))
    assert await score({"python": "evals.py:later"}, case, context) == {"later": 3.0}
    options = {
        "function": "evals.py:Longer",
        "arguments": {"than": 5},
        "metrics": {"longer": {"kind": "binary"}, "seconds": {"better": "lower", "unit": "s"}},
    }
    assert await score({"python": options}, case, context) == {"longer": 0.0, "seconds": 0.5}


async def test_the_metric_is_as_the_entry_and_the_function_say(context: EvaluatorContext) -> None:
    told = _open(context, "def judge(output) -> bool: return True", {"name": "polite"})
    assert told.metrics[0].name == "polite"
    assert told.metrics[0].kind == "binary"
    lower = _open(context, "def judge(output): return 7", {"better": "lower", "unit": "words"})
    metric = describe_metrics([lower])["judge"]
    assert (metric.better, metric.unit, metric.kind, metric.highest) == ("lower", "words", "continuous", None)


async def test_nothing_said_is_no_score(context: EvaluatorContext) -> None:
    evaluator = _open(context, "def judge(output): return None")
    assert await score_case([evaluator], make_case("x"), deadline=60.0) == []


@pytest.mark.parametrize(
    ("code", "error"),
    [
        (
            "def judge(output):\n    return {}['missing']",
            "evaluator_failed: KeyError: 'missing' (evals.py, line 2)",
        ),
        ("def judge(output):\n    raise SystemExit(3)", "evaluator_failed: RuntimeError: SystemExit: 3"),
        (
            "def judge(output):\n    return 'good'",
            "evaluator_failed: TypeError: it returned str 'good'; return a number",
        ),
        ("def judge(output):\n    return float('nan')", "It gave nan, which is not a finite number."),
        (
            "def judge(output):\n    return {'other': 1}",
            "It gave the metric 'other', which it does not declare: name it under `metrics`.",
        ),
    ],
)
async def test_a_crash_is_recorded_with_its_place(context: EvaluatorContext, code: str, error: str) -> None:
    evaluator = _open(context, code)
    (found,) = await score_case([evaluator], make_case("x"), deadline=60.0)
    assert found.value is None
    assert found.error.startswith(error)


async def test_a_call_that_hangs_ends_at_the_deadline_and_not_for_ever_more(
    context: EvaluatorContext,
) -> None:
    """A thread cannot be ended: after a few that hang, no other one is started."""
    code = """
    import threading
    release = threading.Event()

    def judge(output):
        judge.calls.append(output)
        release.wait()
        return 1

    judge.calls = []
    judge.release = release
    """
    evaluator = _open(context, code)
    errors = []
    for _ in range(6):
        (found,) = await score_case([evaluator], make_case("x"), deadline=0.02)
        errors.append(found.error)
    function = evaluator.code.value  # type: ignore[attr-defined]
    assert errors[0] == "It did not answer within 0.02 s."
    assert "4 calls of judge hang" in errors[-1]

    async def four_began() -> bool:
        return len(function.calls) == 4

    async def it_answers() -> bool:
        (found,) = await score_case([evaluator], make_case("x"), deadline=60.0)
        return found.value == 1.0

    await wait_until(four_began)
    function.release.set()
    await wait_until(it_answers)


async def test_an_async_call_that_hangs_is_not_waited_for_again_and_again(context: EvaluatorContext) -> None:
    code = """
    import asyncio

    async def judge(output):
        await asyncio.Event().wait()
    """
    evaluator = _open(context, code)
    errors = [(await score_case([evaluator], make_case("x"), deadline=0.02))[0].error for _ in range(6)]
    assert errors[3] == "It did not answer within 0.02 s."
    assert "4 calls of judge hang" in errors[4]


async def test_many_calls_at_once_are_no_hanging_ones(context: EvaluatorContext) -> None:
    """Each waits until all of them are there."""
    code = "import threading\nmet = threading.Barrier(8)\ndef judge(output): return met.wait(60) >= 0"
    evaluator = _open(context, code)
    found = await asyncio.gather(*(score_case([evaluator], make_case("x"), deadline=60.0) for _ in range(8)))
    assert [one.value for (one,) in found] == [1.0] * 8


async def test_another_text_of_the_file_is_another_version(context: EvaluatorContext) -> None:
    _write(context, "LEAST = 2", "limits.py")
    code = "import limits\ndef judge(output): return len(output) > limits.LEAST"
    first = _open(context, code)
    assert _open(context, code).version == first.version
    _write(context, "LEAST = 5", "limits.py")
    second = _open(context, code)
    assert second.version != first.version
    found = await score_case([first], make_case("yes"), deadline=60.0)
    found += await score_case([second], make_case("yes"), deadline=60.0)
    assert [one.value for one in found] == [1.0, 0.0]


async def test_a_function_runs_outside_the_event_loop(context: EvaluatorContext) -> None:
    code = (
        "import threading\ndef judge(output): return threading.get_ident() != threading.main_thread().ident"
    )
    evaluator = _open(context, code)
    assert threading.current_thread() is threading.main_thread()
    (found,) = await score_case([evaluator], make_case("x"), deadline=60.0)
    assert found.value == 1.0


@pytest.mark.parametrize(
    ("options", "problem"),
    [
        ("evals.py", "names nothing in a Python file"),
        ("evals.py:jugde", "has no 'jugde'. Did you mean 'judge'?"),
        ("eval.py:judge", "There is no file eval.py. Did you mean 'evals.py'?"),
        ("../evals.py:judge", "is no path in the workspace"),
        ("evals.py:LIMIT", "is neither a function nor a class"),
        ("evals.py:Empty", "has no method `evaluate`"),
        ("evals.py:wants", "wants 'outptu', which is not to be had. Did you mean 'output'?"),
        ("broken.py:judge", "broken.py, line 2: ZeroDivisionError"),
        ("wrong.py:judge", "wrong.py, line 1: SyntaxError"),
        ({"function": "evals.py:judge", "arguments": {"lest": 3}}, "takes no 'lest'. Did you mean 'least'?"),
        ({"function": "evals.py:Empty", "arguments": {"a": 1}}, "cannot be made: TypeError"),
    ],
)
def test_what_cannot_be_used_is_refused_at_the_start(
    context: EvaluatorContext, options: Any, problem: str
) -> None:
    code = """
    LIMIT = 3
    def judge(output, least=1): return 1
    def wants(outptu): return 1
    class Empty: pass
    """
    _write(context, code)
    _write(context, "x = 1\ny = x / 0", "broken.py")
    _write(context, "def judge(", "wrong.py")
    with pytest.raises(SetupError) as raised:
        open_one({"python": options}, context)
    assert problem in str(raised.value)


def test_without_a_workspace_there_is_none() -> None:
    with pytest.raises(SetupError, match="needs a workspace"):
        open_one({"python": "evals.py:judge"})
