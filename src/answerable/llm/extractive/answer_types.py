"""Whether a sentence holds something of the kind that the question asks for, beyond what the question itself says."""

from __future__ import annotations

import re

from answerable.llm.extractive.question import Expects, Question
from answerable.llm.extractive.words import find_terms

_NUMBER_WORDS = (
    r"two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|dozens?|twenty|thirty|forty|fifty|hundreds?|thousands?|"
    r"million|billion|half|third|quarter|once|twice|zwei|drei|vier|fünf|sechs|sieben|acht|neun|zehn|elf|zwölf|hundert|"
    r"tausend|millionen|milliarden|hälfte"
)
_NUMBER = re.compile(
    rf"\d+(?:[.,]\d+)*|\b(?:{_NUMBER_WORDS})\b|[一二三四五六七八九十百千万亿两]", re.IGNORECASE
)
_DATE = re.compile(
    r"\b(?:1\d|20)\d\d(?:s|er)?\b|\b\d{1,2}(?:st|nd|rd|th)? century|\bcentur|jahrhundert|世纪|\d+年|年代|月\d"
    r"|\b(?:january|february|march|april|may|june|july|august|september|october|november|december|januar|februar|märz|"
    r"mai|juni|juli|oktober|dezember|spring|summer|autumn|winter|monday|tuesday|wednesday|thursday|friday|saturday|"
    r"sunday)\b|\b\d{1,3} ?(?:bc|ad|bce|ce)\b",
    re.IGNORECASE,
)
_NAME = re.compile(r"[A-ZÄÖÜÁÉÍÓÚÀÈÂÊÎÔÛŠŽČĆŁ][\w'’-]+")
_REASON = re.compile(
    r"\b(?:because|due to|since|so that|in order to|as a result|therefore|caused?|led to|reasons?|thus|owing to|"
    r"weil|da|wegen|aufgrund|um|damit)\b|因为|由于|原因|所以|因此|导致",
    re.IGNORECASE,
)
_STEPS = re.compile(
    r"^\W*(?:use|add|create|set|call|run|declare|import|pass|click|install|define|make|put|start|then|first|verwende|"
    r"erstelle)\b|\byou (?:can|could|need|have to|should|must)\b|\bby \w+ing\b|\busing\b|\bto \w+, |`"
    r"|通过|可以|使用",
    re.IGNORECASE,
)
_DEFINITION = re.compile(
    r"\b(?:is|are|was|were|refers? to|means?|stands? for|known as|called|defined as|ist|sind|war|bezeichnet|heißt)\b"
    r"|是|称为|指",
    re.IGNORECASE,
)
_SIMPLE: dict[Expects, re.Pattern[str]] = {
    "date": _DATE,
    "reason": _REASON,
    "steps": _STEPS,
}
_LONGEST_SUBJECT = 90


def fits(question: Question, sentence: str) -> float:
    """Return 1.0 when the sentence holds what is asked for, 0.0 when not, 0.5 when nothing can be said."""
    if question.expects in _SIMPLE:
        return float(bool(_SIMPLE[question.expects].search(sentence)))
    if question.expects == "definition":
        return _defines(question, sentence)
    if question.expects == "number":
        asked = set(_NUMBER.findall(question.text))
        return float(any(number not in asked for number in _NUMBER.findall(sentence)))
    if question.expects in {"person", "place"} and question.language != "zh":
        asked_text = question.text.casefold()
        names = _NAME.findall(sentence)
        return float(any(name.casefold() not in asked_text for name in names))
    return 0.5


def _defines(question: Question, sentence: str) -> float:
    """Return 1.0 for `X is ...` when X is what was asked about, 0.4 for a statement about something else."""
    verb = _DEFINITION.search(sentence)
    if verb is None:
        return 0.0
    subject = sentence[: verb.start()]
    named = set(find_terms(subject, question.language))
    asked = len(named & question.terms.keys()) / (len(question.terms) or 1)
    is_subject = len(subject) <= _LONGEST_SUBJECT and asked >= 0.5 and len(named) <= len(question.terms) + 3
    return 1.0 if is_subject else 0.4
