"""What a run came to: of a trace, of an answer that just came, or of an error."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from answerable.answering.types import Answer
from answerable.console.parts.answer import VERDICTS
from answerable.console.parts.figures import format_cost, format_duration
from answerable.core.errors import AnswerableError
from answerable.traces.types import Trace


@dataclass(frozen=True, slots=True)
class Outcome:
    """`problem` says why there is no output. `cost_usd` None is unknown."""

    variant: str
    text: str = ""
    model: str = ""
    tokens: int = 0
    cost_usd: Decimal | None = None
    milliseconds: float = 0.0
    cached: bool = False
    verdicts: Mapping[str, int] = field(default_factory=dict)
    problem: str | None = None
    hint: str | None = None
    trace_id: str | None = None

    def list_facts(self) -> list[tuple[str, str]]:
        """Return model, tokens, cost and time; of a run that failed, only what is known."""
        facts = [("Model", self.model)] if self.model else []
        if self.problem is None:
            facts.append(("Tokens", f"{self.tokens:,}"))
        facts.append(("Cost", format_cost(self.cost_usd)))
        time = format_duration(self.milliseconds)
        facts.append(("Time", f"{time}, from the cache" if self.cached else time))
        counts = [
            f"{self.verdicts[verdict]} {name.lower()}"
            for verdict, (name, _) in VERDICTS.items()
            if self.verdicts.get(verdict)
        ]
        if counts:
            facts.append(("Sentences", ", ".join(counts)))
        return facts


def from_trace(trace: Trace) -> Outcome:
    problem = None
    if trace.status == "error":
        problem = trace.error_detail or "It failed."
    elif trace.status == "cancelled":
        problem = "It was stopped."
    return Outcome(
        variant=trace.variant,
        text=_lay_out(trace.output),
        model=trace.model,
        tokens=trace.usage.total,
        cost_usd=trace.cost_usd,
        milliseconds=trace.duration_ms,
        cached=trace.cached,
        verdicts=trace.verdicts,
        problem=problem,
        trace_id=trace.id,
    )


def from_answer(answer: Answer) -> Outcome:
    return Outcome(
        variant=answer.variant,
        text=_lay_out(answer.answer),
        model=answer.model,
        tokens=answer.tokens_used,
        cost_usd=answer.cost_usd,
        milliseconds=answer.timings_ms.get("total", 0.0),
        cached=answer.cached,
        verdicts=answer.verdict_counts,
        trace_id=answer.trace_id,
    )


def from_error(error: Exception, *, variant: str, milliseconds: float) -> Outcome:
    if isinstance(error, AnswerableError):
        return Outcome(variant=variant, milliseconds=milliseconds, problem=error.detail, hint=error.hint)
    problem, hint = "Something went wrong here.", "The server's log has the details."
    return Outcome(variant=variant, milliseconds=milliseconds, problem=problem, hint=hint)


def _lay_out(text: str) -> str:
    """Return JSON with an entry a line, so that two of them can be compared; other text as it is."""
    if not text.lstrip().startswith(("{", "[")):
        return text
    try:
        return json.dumps(json.loads(text), indent=2, ensure_ascii=False)
    except (ValueError, RecursionError):
        return text
