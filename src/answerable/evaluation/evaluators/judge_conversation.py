"""A judge of a whole conversation: what the user wanted was reached, nothing said before was forgotten."""

from __future__ import annotations

from typing import Final

from pydantic import Field

from answerable.evaluation.evaluators.context import EvaluatorContext
from answerable.evaluation.evaluators.judge_panel import JudgeOptions, make_metric, open_panel
from answerable.evaluation.evaluators.kind import Kind
from answerable.evaluation.judging.evaluator import JudgeEvaluator
from answerable.evaluation.judging.showing import show_case
from answerable.evaluation.types import Case, Evaluator

APP: Final = "judge-conversation"
_NAME: Final = "conversation"
_USUAL: Final = (
    "The assistant does what the user wants, keeps to what was said before, contradicts itself nowhere, and asks "
    "nothing that it was told already."
)


class ConversationOptions(JudgeOptions):
    """`rubric` is what the judge goes by."""

    rubric: str = Field(_USUAL, min_length=1, max_length=8000)


def open_conversation(options: ConversationOptions, context: EvaluatorContext) -> Evaluator:
    panel, version = open_panel(
        options, context, kind=_NAME, app=APP, needs=("conversation",), rubric=options.rubric
    )
    name = options.name or _NAME

    def show(case: Case) -> dict[str, str] | None:
        """One question with one answer is no conversation."""
        held = bool(case.output.turns or case.example.history)
        return show_case(case, rubric=options.rubric) if held else None

    metric = make_metric(name, panel, "Whether the conversation as a whole is good")
    return JudgeEvaluator(panel, id=f"judge:{name}", version=version, metric=metric, show=show)


KIND: Final = Kind(
    ConversationOptions, open_conversation, "A judge of a whole conversation, by a `rubric`", short="app"
)
