"""What a question asks for: its terms with their weights, its names, and the kind of answer it expects."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass
from typing import Literal

from answerable.llm.extractive.rarity import Rarity
from answerable.llm.extractive.words import find_language, find_terms, fold, stem

Expects = Literal["number", "date", "person", "place", "reason", "steps", "definition", "other"]

_PATTERNS: tuple[tuple[Expects, str], ...] = (
    (
        "date",
        r"\bwhen\b|\b(?:what|which|whose) (?:\w+ )?(?:year|date|day|month|century|decade|time)\b|\bin what year"
        r"|\bwann\b|\b(?:welche[mnrs]?|was für ein\w*) (?:\w+ )?(?:jahr|datum|tag|monat|jahrhundert|jahrzehnt)"
        r"|什么时候|何时|哪一年|哪年|哪天|哪个月|几月|什么时间|哪个世纪",
    ),
    (
        "number",
        r"\bhow (?:many|much|long|old|tall|far|large|big|high|fast|often|deep|wide|heavy|hot|cold)\b"
        r"|\bwhat (?:percent\w*|number|proportion|share|age|size|population|length|amount|score|temperature"
        r"|fraction|height|distance|speed|default (?:size|value|port|limit|timeout)|port)\b"
        r"|\bwie(?: )?(?:viele?n?|lange?|alt|hoch|groß|weit|schnell|oft|tief|schwer)\b|\bprozent"
        r"|多少|几个|几名|多大|多长|多久|多高|多远|第几|百分",
    ),
    ("person", r"\bwho(?:m|se)?\b|\bwer\b|\bwen\b|\bwem\b|\bwessen\b|谁|哪位"),
    (
        "place",
        r"\bwhere\b|\b(?:what|which) (?:city|country|state|town|region|continent|river|island|county|place)\b"
        r"|\bwo\b|\bwoher\b|\bwohin\b|\bwelche[mnrs]? (?:stadt|land|staat|ort|region|kontinent|fluss)"
        r"|哪里|哪儿|在哪|什么地方|哪个国家|哪个城市",
    ),
    (
        "reason",
        r"\bwhy\b|\bwhat (?:is |was |are )?(?:the )?(?:reason|cause|caused)\b"
        r"|\bwarum\b|\bwieso\b|\bweshalb\b|为什么|为何|原因",
    ),
    ("steps", r"\bhow (?:do|does|can|could|should|would|to)\b|\bwie (?:kann|muss|soll)\b|怎么|如何|怎样"),
    ("definition", r"^\s*what(?:'s| is| are| does)\b[^,]{0,60}\??$|^\s*was (?:ist|sind)\b|是什么"),
)
_NAME = re.compile(r"(?<![.!?¿\"“„] )(?<!^)\b[A-ZÄÖÜ][\w'’.-]*")


@dataclass(frozen=True, slots=True)
class Question:
    """`terms` maps each term to its weight; `order` keeps them as they stood. `names` are terms written as names."""

    text: str
    language: str
    terms: dict[str, float]
    order: tuple[str, ...]
    names: frozenset[str]
    expects: Expects


def read_question(text: str, rarity: Rarity) -> Question:
    """Return the question as the other parts of the model see it."""
    language = find_language(text)
    order = find_terms(text, language)
    if not order:  # nothing but function words, such as "Who are you?"
        order = [stem(fold(word), language) for word in re.findall(r"\w+", text)]
    terms = {term: rarity.weight(term) for term in order}
    return Question(
        text, language, terms, tuple(order), _find_names(text, language, terms.keys()), _expects(text)
    )


def _find_names(text: str, language: str, terms: Collection[str]) -> frozenset[str]:
    """Return the terms that stand as names: with a capital, where only names have one, else with a digit."""
    if language != "en":
        return frozenset(term for term in terms if any(character.isdigit() for character in term))
    return frozenset(
        term for name in _NAME.findall(text) for term in find_terms(name, language) if term in terms
    )


def _expects(text: str) -> Expects:
    return next((kind for kind, pattern in _PATTERNS if re.search(pattern, text, re.IGNORECASE)), "other")
