"""Faithfulness: whether everything that an answer says stands in its sources, by a judge or by the verifier offline."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from pydantic import Field

from answerable.evaluation.evaluators.context import EvaluatorContext, Verify
from answerable.evaluation.evaluators.judge_panel import JudgeOptions, make_metric, open_panel
from answerable.evaluation.evaluators.kind import Kind, make_version, refuse_without
from answerable.evaluation.judging.evaluator import JudgeEvaluator
from answerable.evaluation.judging.showing import show_case
from answerable.evaluation.types import Case, Evaluator, Metric, Score, Source
from answerable.llm.abstention import is_abstention

APP: Final = "judge-faithfulness"
_NAME: Final = "faithfulness"


class FaithfulnessOptions(JudgeOptions):
    """`offline` asks the verifier that checks citations in place of a model."""

    offline: bool = Field(False, description="ask the verifier of citations in place of a model")


class OfflineFaithfulness:
    """1 where the verifier finds each sentence that claims something in the sources, else 0.

    It goes by words: it confirms quotations and near ones, and doubts a free summary.
    """

    source: Source = "code"

    def __init__(self, verify: Verify, *, name: str, version: str, verifier: str) -> None:
        self.id = name
        self.version = version
        described = f"Whether the sources hold everything that the answer says (verifier: {verifier})"
        self.metrics = (Metric(name, kind="binary", description=described),)
        self._verify = verify

    async def evaluate(self, case: Case) -> Sequence[Score]:
        if not _claims(case):
            return ()
        checked = [
            sentence
            for sentence in await self._verify(case.output.text, case.output.passages)
            if sentence.verdict != "unchecked"
        ]
        if not checked:
            return ()
        doubted = next((sentence for sentence in checked if sentence.verdict != "supported"), None)
        reason = "" if doubted is None else f"{doubted.verdict}: {doubted.text.strip()}"
        return (Score(self.metrics[0].name, float(doubted is None), reason),)


def open_faithfulness(options: FaithfulnessOptions, context: EvaluatorContext) -> Evaluator:
    name = options.name or _NAME
    if options.offline:
        if context.verify is None:
            raise refuse_without("a verifier", _NAME)
        version = make_version(1, options, context.verifier)
        return OfflineFaithfulness(context.verify, name=name, version=version, verifier=context.verifier)
    panel, version = open_panel(options, context, kind=_NAME, app=APP, needs=("answer", "sources"))
    metric = make_metric(name, panel, "Whether the sources hold everything that the answer says")
    return JudgeEvaluator(panel, id=f"judge:{name}", version=version, metric=metric, show=_show)


def _show(case: Case) -> dict[str, str] | None:
    return show_case(case) if _claims(case) else None


def _claims(case: Case) -> bool:
    """Tell whether there are sources, and something is said of them."""
    output = case.output
    said = bool(output.text.strip()) and not output.abstained and not is_abstention(output.text)
    return said and any(passage.text.strip() for passage in output.passages)


KIND: Final = Kind(
    FaithfulnessOptions,
    open_faithfulness,
    "Whether the sources hold everything that the answer says: a judge, or with `offline` the verifier",
    short="app",
)
