"""A kind of evaluator: what it may be told, and how one is opened."""

from __future__ import annotations

import asyncio
import hashlib
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Annotated, Final, Generic, TypeVar

from pydantic import BaseModel, ConfigDict, StringConstraints

from answerable.core.errors import SetupError
from answerable.evaluation.evaluators.context import EvaluatorContext
from answerable.evaluation.types import Case, Evaluator, Metric, Score, Source

_SHOWN: Final = 8
"""Hexadecimal digits of the hash of the options in a version."""
_INLINE: Final = 30_000
"""Characters that are compared on the event loop: some two milliseconds."""

Name = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9_.-]{0,62}$")]


class Options(BaseModel):
    """What an entry says of an evaluator. `name` tells two of one kind apart."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: Name | None = None


OptionsT = TypeVar("OptionsT", bound=Options)


@dataclass(frozen=True, slots=True)
class Kind(Generic[OptionsT]):
    """`open` makes an evaluator of options and context; raises SetupError where the context lacks what it needs.

    `short` is the option that a bare value stands for: `contains: hello` is `contains: {text: hello}`. `summary` is
    the line of the guide's table.
    """

    options: type[OptionsT]
    open: Callable[[OptionsT, EvaluatorContext], Evaluator]
    summary: str
    short: str | None = None


@dataclass(frozen=True, slots=True)
class CodeEvaluator:
    """An evaluator that is a function of the case alone. Of long texts it is called beside the event loop."""

    id: str
    version: str
    metrics: Sequence[Metric]
    score: Callable[[Case], Sequence[Score]]
    source: Source = "code"

    async def evaluate(self, case: Case) -> Sequence[Score]:
        if _count_characters(case) > _INLINE:
            return await asyncio.to_thread(self.score, case)
        return self.score(case)


def _count_characters(case: Case) -> int:
    expected = len(case.example.expected) if isinstance(case.example.expected, str) else 0
    return len(case.output.text) + expected + sum(len(passage.text) for passage in case.output.passages)


def make_version(number: int, options: Options, *parts: str) -> str:
    """Return a version that names the code (`number`, counted up with each change of what it gives) and the options.

    `parts` are what else a score depends on, such as the model of an embedder. A name changes no score.
    """
    told = options.model_dump(mode="json", exclude_defaults=True, exclude={"name"})
    if not told and not any(parts):
        return str(number)
    text = json.dumps([told, *parts], sort_keys=True, ensure_ascii=False)
    return f"{number}-{hashlib.sha256(text.encode()).hexdigest()[:_SHOWN]}"


def make_prefix(options: Options) -> str:
    """Return what stands before the names of the metrics of an evaluator that was given a name."""
    return "" if options.name is None else f"{options.name}."


def refuse_without(what: str, kind: str) -> SetupError:
    """Return the error of an evaluator that cannot be opened here."""
    return SetupError(
        f"The evaluator {kind!r} needs {what}, which is not there.",
        hint="Take another evaluator, or run where it is there.",
        code="evaluator_not_available",
    )


def to_flag(value: bool) -> float:
    return 1.0 if value else 0.0
