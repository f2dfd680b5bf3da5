"""An evaluator of the user's own: a function or a class in a Python file of the workspace."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Literal

from pydantic import BaseModel, ConfigDict, Field

from answerable.core.closeness import suggest
from answerable.core.errors import InvalidInput, SetupError
from answerable.evaluation.calling import Caller
from answerable.evaluation.evaluators.context import EvaluatorContext
from answerable.evaluation.evaluators.kind import Kind, Options, make_version, refuse_without
from answerable.evaluation.evaluators.python_values import SHOWN, read_result, show
from answerable.evaluation.python_paths import PythonObject, load_python, locate
from answerable.evaluation.types import Case, Evaluator, Metric, Score, Source

_VERSION: Final = 1


class MetricOptions(BaseModel):
    """A number that the function gives. A `binary` one is 0 or 1, or true or false."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    better: Literal["higher", "lower"] = "higher"
    kind: Literal["binary", "continuous"] | None = None
    unit: str = ""
    lowest: float | None = None
    highest: float | None = None
    description: str = ""


class PythonOptions(Options, MetricOptions):
    """`function` is `PATH.py:NAME`; `arguments` are what it, or the class, takes besides what it is shown.

    `metrics` are those of a function that returns several numbers by name.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    function: str
    arguments: Mapping[str, Any] = {}
    metrics: Mapping[str, MetricOptions] = Field({}, description="by the name that the function gives them")


class UserCodeFailed(InvalidInput):
    """The user's evaluator raised, or returned what is no score."""

    code = "evaluator_failed"


@dataclass(frozen=True, slots=True)
class PythonEvaluator:
    id: str
    version: str
    metrics: Sequence[Metric]
    wanted: Sequence[str]
    arguments: Mapping[str, Any]
    caller: Caller
    code: PythonObject
    workspace: Path
    source: Source = "code"

    async def evaluate(self, case: Case) -> Sequence[Score]:
        """Return what the function says. Raises UserCodeFailed with the place in the file."""
        shown = show(case)
        given = {name: shown[name] for name in self.wanted}
        try:
            result = await self.caller.call({**given, **self.arguments})
            return read_result(result, self.id)
        except Exception as error:
            raise self._explain(error) from error

    def _explain(self, error: Exception) -> UserCodeFailed:
        fault = locate(error, self.code, self.workspace)
        return UserCodeFailed(f"{fault.what} ({fault.file}, line {fault.line})")


def _open(options: PythonOptions, context: EvaluatorContext) -> Evaluator:
    if context.workspace is None:
        raise refuse_without("a workspace", "python")
    code = load_python(options.function, context.workspace)
    function, arguments = _find_function(code, options)
    id = options.name or code.name
    return PythonEvaluator(
        id=id,
        version=make_version(_VERSION, options, code.digest),
        metrics=_describe(id, options, function),
        wanted=_list_wanted(function, arguments, options.function),
        arguments=arguments,
        caller=Caller(function, patience=False),
        code=code,
        workspace=context.workspace,
    )


def _find_function(
    code: PythonObject, options: PythonOptions
) -> tuple[Callable[..., Any], Mapping[str, Any]]:
    """Return what to call, and with which arguments; a class is made with them, and its `evaluate` called."""
    if not isinstance(code.value, type):
        function = code.value
        if not callable(function):
            raise _refuse(f"{options.function} is neither a function nor a class.")
        return function, options.arguments
    try:
        instance = code.value(**options.arguments)
    except Exception as error:
        raise _refuse(f"{options.function} cannot be made: {type(error).__name__}: {error}") from error
    evaluate = getattr(instance, "evaluate", None)
    if not callable(evaluate):
        raise _refuse(f"The class {options.function} has no method `evaluate`.")
    return evaluate, {}


def _list_wanted(function: Callable[..., Any], arguments: Mapping[str, Any], path: str) -> tuple[str, ...]:
    """Return the names of what the function wants to be shown. Raises SetupError for one that there is not."""
    wanted = []
    parameters = inspect.signature(function).parameters
    for parameter in parameters.values():
        if parameter.name in arguments or parameter.kind in {parameter.VAR_POSITIONAL, parameter.VAR_KEYWORD}:
            continue
        if parameter.name in SHOWN and parameter.kind is not parameter.POSITIONAL_ONLY:
            wanted.append(parameter.name)
        elif parameter.default is parameter.empty:
            hint = suggest(parameter.name, SHOWN) or f"There are {', '.join(SHOWN)}."
            raise _refuse(f"{path} wants {parameter.name!r}, which is not to be had. {hint}")
    takes_all = any(parameter.kind is parameter.VAR_KEYWORD for parameter in parameters.values())
    unknown = [] if takes_all else [name for name in arguments if name not in parameters]
    if unknown:
        raise _refuse(f"{path} takes no {unknown[0]!r}. {suggest(unknown[0], parameters)}".strip())
    return tuple(wanted)


def _describe(id: str, options: PythonOptions, function: Callable[..., Any]) -> tuple[Metric, ...]:
    if options.metrics:
        return tuple(_make_metric(name, told, "continuous") for name, told in options.metrics.items())
    says_bool = inspect.signature(function).return_annotation in {bool, "bool"}
    return (_make_metric(id, options, "binary" if says_bool else "continuous"),)


def _make_metric(name: str, told: MetricOptions, usual: Literal["binary", "continuous"]) -> Metric:
    kind = told.kind or usual
    lowest, highest = (0.0, 1.0) if kind == "binary" else (told.lowest, told.highest)
    return Metric(name, told.better, kind, told.unit, lowest, highest, told.description)


def _refuse(detail: str) -> SetupError:
    return SetupError(detail, hint="See the guide on evaluators.", code="python_not_usable")


KIND = Kind(PythonOptions, _open, "a function or class of yours, by `PATH.py:NAME`", short="function")
