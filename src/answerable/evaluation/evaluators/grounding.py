"""Whether the sources hold what the output says, and whether it cites the right ones."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from answerable.evaluation.evaluators.abstaining import has_abstained
from answerable.evaluation.evaluators.context import EvaluatorContext, Verify
from answerable.evaluation.evaluators.kind import Kind, Options, make_prefix, make_version
from answerable.evaluation.evaluators.wording import without_markers
from answerable.evaluation.types import Case, Evaluator, Metric, Output, Score, Sentence, Source

_VERSION = 1
_SHOWN: Final = 20
"""Unsupported sentences that are kept in the details."""


class GroundingOptions(Options):
    """`again`: hold the text against its passages here, although the target brings verdicts of its own."""

    again: bool = False


@dataclass(frozen=True, slots=True)
class GroundingEvaluator:
    """`verify` None: only targets that bring verdicts are scored."""

    id: str
    version: str
    metrics: Sequence[Metric]
    prefix: str
    verify: Verify | None
    again: bool
    source: Source = "code"

    async def evaluate(self, case: Case) -> Sequence[Score]:
        output = case.output
        if has_abstained(output) or not (output.passages or output.sentences):
            return ()
        claims = [sentence for sentence in await self._check(output) if sentence.verdict != "unchecked"]
        if not claims:
            return ()
        supported = [claim for claim in claims if claim.verdict == "supported"]
        cited = [claim for claim in supported if claim.markers]
        wrong = [claim.text.strip() for claim in claims if claim.verdict == "unsupported"]
        reason = f"Not supported: {wrong[0]}" if wrong else ""
        scores = [
            Score(
                f"{self.prefix}supported_share",
                len(supported) / len(claims),
                reason,
                details={"unsupported": wrong[:_SHOWN]},
            ),
            Score(f"{self.prefix}unsupported_claims", float(len(wrong))),
            Score(f"{self.prefix}citation_recall", len(cited) / len(claims)),
        ]
        citations = sum(len(set(claim.markers)) for claim in claims)
        if citations:
            good = [await self._count_good(claim, output) for claim in cited]
            scores.append(Score(f"{self.prefix}citation_precision", sum(good) / citations))
        return scores

    async def _check(self, output: Output) -> Sequence[Sentence]:
        """Return the sentences with verdicts: the target's own, else of the verifier; none where there is neither."""
        checked = any(sentence.verdict != "unchecked" for sentence in output.sentences)
        told = any(
            passage.text.strip() for passage in output.passages
        )  # else there is nothing to hold it against
        if self.verify is None or not told or (checked and not self.again):
            return output.sentences
        return await self.verify(output.text, output.passages)

    async def _count_good(self, claim: Sentence, output: Output) -> int:
        """Return how many citations of a supported sentence are good.

        As ALCE has it (Gao et al. 2023): one is good unless it does not support the sentence alone and the others
        support it without it. Without a verifier, and of one citation, they are good as the sentence is.
        """
        markers = tuple(dict.fromkeys(claim.markers))
        if self.verify is None or len(markers) == 1 or max(markers) > len(output.passages):
            return len(markers)
        good = 0
        for marker in markers:
            others = tuple(other for other in markers if other != marker)
            alone = await self._supports(self.verify, claim, (marker,), output)
            good += alone or not await self._supports(self.verify, claim, others, output)
        return good

    @staticmethod
    async def _supports(verify: Verify, claim: Sentence, markers: Sequence[int], output: Output) -> bool:
        passages = [output.passages[marker - 1] for marker in markers]
        numbers = "".join(f"[{number}]" for number in range(1, len(passages) + 1))
        checked = await verify(f"{without_markers(claim.text).strip()} {numbers}", passages)
        claims = [sentence.verdict for sentence in checked if sentence.verdict != "unchecked"]
        return bool(claims) and all(verdict == "supported" for verdict in claims)


def _open(options: GroundingOptions, context: EvaluatorContext) -> Evaluator:
    prefix = make_prefix(options)
    metrics = (
        Metric(
            f"{prefix}supported_share",
            description="share of the sentences with a claim that the sources support",
        ),
        Metric(
            f"{prefix}unsupported_claims",
            better="lower",
            unit="sentences",
            highest=None,
            description="sentences that the sources do not support",
        ),
        Metric(
            f"{prefix}citation_recall", description="share of the claims that are supported by what they cite"
        ),
        Metric(
            f"{prefix}citation_precision", description="share of the citations that support their sentence"
        ),
    )
    return GroundingEvaluator(
        id=options.name or "grounding",
        version=make_version(_VERSION, options, context.verifier),
        metrics=metrics,
        prefix=prefix,
        verify=context.verify,
        again=options.again,
    )


KIND = Kind(
    GroundingOptions,
    _open,
    "the share of claims that the sources support, claims without support, citation precision and recall",
)
