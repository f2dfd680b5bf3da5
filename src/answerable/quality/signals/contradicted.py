"""A follow-up that says that the answer is wrong."""

from __future__ import annotations

import re
from typing import Final

from answerable.feedback.asked.types import Exchange
from answerable.quality.signals.types import Signal

SIGNAL: Final = Signal(
    name="contradicted",
    source="code",
    holds="1",
    definition=(
        "The next message of the conversation, within 5 minutes, begins by denying the answer or by correcting the "
        "question, in English or German: `no, ...`, `that's wrong`, `not what I asked`, `das stimmt nicht`, "
        "`ich meinte`. Thanks that decline (`no thanks`) are none."
    ),
)

_OPENING: Final = (
    r"(?:(?:um+|uh+|hm+|well|but|sorry|actually|wait|ok(?:ay)?|ähm?|aber|also|moment|tut mir leid|entschuldigung)"
    r"[\s,.!…-]+){0,2}"
)
_DENIALS: Final = (
    # English
    r"no(?:pe)?(?:\s*[,.!;:]|\s+[–—-]|\s+(?:that|this|it|you|i (?:meant|asked|mean|said))\b)",
    r"(?:that|this|it)(?:'s|’s| is| was)\s+(?:just |simply |still |completely |clearly |also )?"
    r"(?:wrong|incorrect|false|untrue|inaccurate|outdated|nonsense|a mistake|"
    r"not (?:right|correct|true|accurate|what i))",
    r"(?:that|this|it) (?:isn't|isn’t|wasn't|wasn’t) (?:right|correct|true|accurate|what i)",
    r"(?:that|this|it) (?:does not|doesn't|doesn’t|did not|didn't|didn’t) (?:answer|help|work|make sense)",
    r"(?:you are|you're|you’re|you were) (?:wrong|mistaken|incorrect)",
    r"you (?:misunderstood|got (?:it|that|this) wrong|made (?:a mistake|an error)|didn't answer|did not answer)",
    r"(?:wrong|incorrect|not (?:correct|true|right))(?:\s+answer)?\s*(?:[,.!;:–—-]|$)",
    r"not what i (?:asked|meant|wanted)",
    r"i (?:didn't|didn’t|did not) (?:ask|mean)\b|i (?:meant|was asking)\b",
    # German
    r"n(?:ein|ö|ee)(?:\s*[,.!;:]|\s+[–—-]|\s+(?:das|dies|es|du|sie|ich (?:meinte|meine|wollte|fragte))\b)",
    r"(?:das|dies|es) (?:stimmt|passt) (?:so |aber |doch |leider |gar |überhaupt |einfach )*nicht",
    r"(?:das|dies|es) (?:ist|war) (?:so |aber |doch |leider |einfach |komplett |schlicht )*"
    r"(?:falsch|unwahr|unsinn|quatsch|veraltet|nicht (?:richtig|korrekt|wahr|ganz richtig|das,? was|was ich))",
    r"(?:das|dies) (?:beantwortet|hilft|hat) (?:mir |meine frage )*nicht",
    r"stimmt (?:so |aber |doch |gar )*nicht",
    r"falsch(?:e antwort)?\s*(?:[,.!;:–—-]|$)",
    r"(?:du irrst|sie irren|du liegst falsch|sie liegen falsch|du hast mich falsch verstanden|sie haben mich falsch)",
    r"ich (?:meinte|wollte wissen|habe (?:nicht |etwas anderes )gefragt|fragte nach)\b",
)
_DENIED: Final = re.compile(rf"\s*{_OPENING}(?:{'|'.join(_DENIALS)})", re.IGNORECASE)
_DECLINED: Final = re.compile(
    r"\s*(?:no|nope|nein|nö)[\s,.!]+(?:thanks?|thank you|thx|danke|problem|worries|need|alles gut|schon gut|passt"
    r"|that(?:'s|’s| is) (?:all|it|fine|ok)|it(?:'s|’s| is) (?:fine|ok|okay|good))\b",
    re.IGNORECASE,
)


class Contradicted:
    """Looks at the beginning of what was said next, in the same conversation."""

    signal = SIGNAL

    async def applies(self, exchange: Exchange) -> bool:
        return exchange.same_conversation and exchange.adjacent and contradicts(exchange.later.question)


def contradicts(message: str) -> bool:
    """Whether a message begins by saying that what was said before is wrong, or was not what was asked."""
    return bool(_DENIED.match(message)) and not _DECLINED.match(message)
