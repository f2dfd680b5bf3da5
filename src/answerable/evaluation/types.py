"""The values that cross evaluation: what a target gave, what an evaluator sees of it, and what it says."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, Literal, Protocol

from answerable.datasets.types import Example, ToolCall, Turn

Verdict = Literal["supported", "partial", "unsupported", "unchecked"]
Source = Literal["code", "judge"]


@dataclass(frozen=True, slots=True)
class Passage:
    """One source of an output, in the order of its markers: the first is `[1]`. `start`..`end` are characters of
    the document."""

    text: str
    id: str = ""
    document_id: str = ""
    uri: str = ""
    title: str = ""
    start: int | None = None
    end: int | None = None
    score: float | None = None


@dataclass(frozen=True, slots=True)
class Sentence:
    """One sentence of an output with the markers of the passages that it cites, and what checking them said."""

    text: str
    markers: tuple[int, ...] = ()
    verdict: Verdict = "unchecked"


@dataclass(frozen=True, slots=True)
class Output:
    """What a target gave for one example. Everything but the text may be unknown: None, or empty.

    `latency_ms` is from asking to the end, `first_token_ms` to the first text. `cost_usd` None: unknown, never 0.
    """

    text: str = ""
    data: Any = None
    passages: tuple[Passage, ...] = ()
    sentences: tuple[Sentence, ...] = ()
    tool_calls: tuple[ToolCall, ...] = ()
    turns: tuple[Turn, ...] = ()
    """The whole conversation, where the target held one."""
    abstained: bool | None = None
    latency_ms: float | None = None
    first_token_ms: float | None = None
    input_tokens: int | None = None
    output_tokens: int | None = None
    cost_usd: Decimal | None = None
    model: str = ""
    trace_id: str | None = None
    cached: bool = False


Target = Callable[[Example], Awaitable[Output]]
"""What is measured. Raises what it likes; that is a failure of the example, never the end of the run."""


@dataclass(frozen=True, slots=True)
class Metric:
    """A number that an evaluator gives. `binary` values are 0 and 1. `unit` is empty for a share of 1.

    `lowest` and `highest` bound the values where there are bounds.
    """

    name: str
    better: Literal["higher", "lower"] = "higher"
    kind: Literal["binary", "continuous"] = "continuous"
    unit: str = ""
    lowest: float | None = 0.0
    highest: float | None = 1.0
    description: str = ""


@dataclass(frozen=True, slots=True)
class Case:
    """What an evaluator sees: an example and what the target gave for it, the `repeat`-th time (from 0)."""

    example: Example
    output: Output
    repeat: int = 0


@dataclass(frozen=True, slots=True)
class Score:
    """What an evaluator says of a case: a finite number of one metric, and why. None: the judge abstained.

    `cost_usd` is what a judge cost, None where that is unknown. `details` is JSON for the page of the example.
    """

    metric: str
    value: float | None
    reason: str = ""
    cost_usd: Decimal | None = Decimal(0)
    details: Mapping[str, Any] = field(default_factory=dict)


class Evaluator(Protocol):
    """Scores outputs. `version` names code and options: scores of two versions are never put together.

    `id` is unique in a run, such as `contains` or `judge:tone`.
    """

    @property
    def id(self) -> str: ...

    @property
    def version(self) -> str: ...

    @property
    def source(self) -> Source: ...

    @property
    def metrics(self) -> Sequence[Metric]: ...

    async def evaluate(self, case: Case) -> Sequence[Score]:
        """Return a score for each metric that applies to the case: none for an example that says nothing of it.

        Raises what it likes: a crash is recorded as a failure of this evaluator on this case.
        """
        ...
