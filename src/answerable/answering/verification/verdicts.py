"""From findings and cover to a verdict, a score, the best span and the reason."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from answerable.answering.types import Verdict
from answerable.answering.verification.case import Case, Finding, Weight
from answerable.answering.verification.cover import cover, missing
from answerable.answering.verification.passages import prepare
from answerable.answering.verification.registry import CHECKS

SUPPORTED_COVER = 0.65
PARTIAL_COVER = 0.4
CLOSE_MEANING = 0.7
"""Cosine of sentence and passage sentence from which wording alone makes nothing unsupported."""


@dataclass(frozen=True, slots=True)
class Span:
    """The best place in a passage: its marker and the characters [start, end) of its text."""

    source: int
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Ruling:
    verdict: Verdict
    score: float
    reason: str | None
    span: Span | None
    contradicted: bool = False


def rule(case: Case) -> Ruling:
    """Return what the checks and the cover make of a sentence."""
    findings = [finding for check in CHECKS.values() for finding in check(case)]
    if case.truncated:
        findings.append(Finding("length", Weight.DOUBT, "the sentence is too long to be checked whole"))
    covered = cover(case)
    verdict = _verdict(findings, covered)
    contradicted = any(finding.weight == Weight.CONTRADICTION for finding in findings)
    return Ruling(
        verdict, _score(findings, covered), _reason(case, verdict, findings), best_span(case), contradicted
    )


def is_reworded(ruling: Ruling, similarity: float) -> bool:
    """Whether an unsupported sentence may say the same in other words: nothing was found against it but its wording.

    Meaning that is close is no proof: on BEGIN and SummEdits, of the sentences with little cover and a high
    similarity most are false. So it lifts a verdict to `partial`, never to `supported`.
    """
    return ruling.verdict == "unsupported" and not ruling.contradicted and similarity >= CLOSE_MEANING


def _verdict(findings: Sequence[Finding], covered: float) -> Verdict:
    worst = max((finding.weight for finding in findings), default=0)
    if worst >= Weight.CONTRADICTION or covered < PARTIAL_COVER:
        return "unsupported"
    return "supported" if worst == 0 and covered >= SUPPORTED_COVER else "partial"


def _score(findings: Sequence[Finding], covered: float) -> float:
    factor = {0: 1.0, Weight.DOUBT: 0.6, Weight.CONTRADICTION: 0.25}
    return round(covered * factor[max((finding.weight for finding in findings), default=0)], 4)


def _reason(case: Case, verdict: Verdict, findings: Sequence[Finding]) -> str | None:
    if verdict == "supported":
        return None
    reasons = [finding.reason for finding in sorted(findings, key=lambda f: -f.weight)]
    lost = [repr(token.text) for token in missing(case)]
    if not findings and lost:
        more = f" and {len(lost) - 4} more" if len(lost) > 4 else ""
        reasons.append(f"not in the passage: {', '.join(lost[:4])}{more}")
    return "; ".join(dict.fromkeys(reasons)) or "the passage says something else"


def best_span(case: Case) -> Span | None:
    """Return the run of sentences of one passage in which most words of the sentence were found."""
    ground = case.ground
    positions = [match.position for match in case.matches.values() if match.position >= 0]
    if not positions:
        return None
    source = Counter(ground.numbers[p] for p in positions).most_common(1)[0][0]
    inside = [p for p in positions if ground.numbers[p] == source]
    counts = Counter(ground.sentence[p] for p in inside)
    enough = max(1.0, 0.2 * max(counts.values()))
    kept = [p for p in inside if counts[ground.sentence[p]] >= enough]
    item = next(item for item in ground.evidence if item.number == source)
    passage = prepare(item.text, item.title, item.language or ground.language)
    low, high = ground.tokens[min(kept)].start, ground.tokens[max(kept)].end
    spans = [s for s in passage.sentences if s.start < high and s.end > low]
    return Span(source, min([low, *(s.start for s in spans)]), max([high, *(s.end for s in spans)]))
