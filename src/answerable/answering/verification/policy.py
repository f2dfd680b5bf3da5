"""What is done with an answer whose sentences do not all hold: pure functions for each policy."""

from __future__ import annotations

import re
from collections.abc import Sequence

from answerable.answering.types import Citation, PolicyName
from answerable.answering.verification.factual import is_abstention
from answerable.llm.abstention import ABSTENTION

_EMPTY_ITEM = re.compile(r"^[ \t]*(?:[-*+•]|\(?\d{1,3}[.)])[ \t]*$\n?", re.MULTILINE)
_HEADING = re.compile(r"^[ \t]*#{1,6}[ \t]")


def apply_policy(policy: PolicyName, answer: str, citations: Sequence[Citation]) -> str:
    """Return the text that may be shown under `policy`.

    `keep` never changes it; `abstain` withdraws an answer that holds any unsupported sentence; `strip` takes those
    sentences out, and abstains when no claim is left. `repair` has had its retry by now: what is still wrong is
    stripped.
    """
    bad = list_unsupported(citations)
    if policy == "keep" or not bad:
        return answer
    return ABSTENTION if policy == "abstain" else strip(answer, citations)


def list_unsupported(citations: Sequence[Citation]) -> list[Citation]:
    return [citation for citation in citations if citation.verdict == "unsupported"]


def strip(answer: str, citations: Sequence[Citation]) -> str:
    """Return the answer without its unsupported sentences, tidied; an abstention when no claim is left."""
    bad = list_unsupported(citations)
    if not bad:
        return answer
    claims = any(citation.verdict in {"supported", "partial"} for citation in citations)
    if not claims and not _abstains(citations):
        return ABSTENTION
    kept, end = [], 0
    for citation in sorted(bad, key=lambda c: c.start):
        kept.append(answer[end : citation.start])
        end = max(end, citation.end)
    kept.append(answer[end:])
    return tidy("".join(kept))


def _abstains(citations: Sequence[Citation]) -> bool:
    return any(citation.verdict == "unchecked" and is_abstention(citation.sentence) for citation in citations)


def tidy(text: str) -> str:
    """Return `text` without the traces of what was taken out: empty list items, doubled spaces, headings of nothing."""
    text = _EMPTY_ITEM.sub("", text)
    text = re.sub(r"(?<=\S)[ \t]{2,}(?=\S)", " ", text)
    text = re.sub(r"[ \t]+$", "", text, flags=re.MULTILINE)
    lines = text.strip().split("\n")
    text = "\n".join(line for at, line in enumerate(lines) if not _heads_nothing(lines, at))
    return re.sub(r"\n{3,}", "\n\n", text).strip()


def _heads_nothing(lines: Sequence[str], at: int) -> bool:
    if not _HEADING.match(lines[at]):
        return False
    following = next((line for line in lines[at + 1 :] if line.strip()), None)
    return following is None or bool(_HEADING.match(following) and _depth(following) <= _depth(lines[at]))


def _depth(heading: str) -> int:
    return len(heading.strip().split(" ", 1)[0])
