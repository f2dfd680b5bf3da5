"""A callable of the user's own, so that programs of LangChain, LlamaIndex, LangGraph or anything else are measured."""

from __future__ import annotations

import inspect
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from answerable.core.closeness import suggest
from answerable.core.errors import SetupError
from answerable.datasets.types import Example
from answerable.evaluation.calling import Caller
from answerable.evaluation.python_paths import load_python
from answerable.evaluation.targets.settings import PythonSettings
from answerable.evaluation.targets.values import to_output
from answerable.evaluation.types import Output, Target

_SHOWN: Final = ("example", "input", "history")


def open_python(settings: PythonSettings, workspace: Path) -> tuple[Target, str]:
    """Return the target and the hash of its code. Runs the user's file. Raises SetupError.

    The callable takes what its parameters name: `example`, `input` (the mapping), `history`, or fields of the input;
    one with a single parameter of another name gets the question, or all of the input.
    """
    code = load_python(settings.function, workspace)
    function = code.value
    if isinstance(function, type) or not callable(function):
        raise _refuse(f"{settings.function} is no function.")
    wanted = _list_parameters(function, settings.function)
    # An object with an async __call__ is asked on the event loop, as an async function is.
    called = function if inspect.isroutine(function) else function.__call__
    caller = Caller(called)

    async def ask(example: Example) -> Output:
        return to_output(await caller.call(_choose(wanted, example, settings.function)))

    return ask, code.digest


def _list_parameters(function: Any, path: str) -> Mapping[str, inspect.Parameter]:
    parameters = inspect.signature(function).parameters
    unfit = [one for one in parameters.values() if one.kind is one.POSITIONAL_ONLY]
    if unfit or not parameters:
        raise _refuse(f"{path} takes no parameter by name.")
    return parameters


def _choose(wanted: Mapping[str, inspect.Parameter], example: Example, path: str) -> dict[str, Any]:
    """Return the arguments. Raises SetupError for a parameter that the example says nothing of."""
    shown = {"example": example, "input": example.input, "history": example.history}
    values = {**example.input, **{name: shown[name] for name in _SHOWN if name not in example.input}}
    given = {name: values[name] for name in wanted if name in values}
    missing = [
        name
        for name, one in wanted.items()
        if name not in given
        and one.default is one.empty
        and one.kind not in {one.VAR_KEYWORD, one.VAR_POSITIONAL}
    ]
    if len(missing) == len(wanted) == 1:
        return {missing[0]: _find_question(example)}
    if missing:
        hint = suggest(missing[0], values) or f"There are {', '.join(values)}."
        raise _refuse(f"{path} wants {missing[0]!r}, which the example has not. {hint}")
    return given


def _find_question(example: Example) -> Any:
    values = example.input
    return values.get("question", next(iter(values.values())) if len(values) == 1 else values)


def _refuse(detail: str) -> SetupError:
    return SetupError(
        detail, hint="Write `async def answer(question: str) -> str`, for example.", code="python_not_usable"
    )
