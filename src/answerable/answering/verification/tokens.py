"""Words and numbers of a text, with offsets, the key each is compared by, and what kind of word it is."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from answerable.answering.verification.quantities import (
    MONTH_NAMES,
    MONTHS,
    SCALE_WORDS,
    Quantity,
    combine,
    parse_digits,
    word_value,
)
from answerable.answering.verification.stems import fold, stem
from answerable.answering.verification.wordlists import FUNCTION_WORDS, NEGATIONS

Kind = Literal["word", "name", "number", "function", "negation"]

_CJK = "\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"
_TOKEN = re.compile(
    rf"(?P<cjk>[{_CJK}])"
    r"|(?P<iso>\b\d{4}-\d{2}-\d{2}\b)"
    r"|(?P<number>\d+(?:[.,:’'\u00a0\u202f]\d+)*[½¼¾⅓⅔⅛]?|[½¼¾⅓⅔⅛])(?P<suffix>(?:st|nd|rd|th|s|k|m|bn)\b)?"
    rf"|(?P<dotted>(?:[^\W\d_{_CJK}]\.){{2,}})"
    rf"|(?P<word>(?:(?:co|re|pre|non|anti|multi|semi|sub|un)-)?[^\W\d_{_CJK}](?:[^\W_{_CJK}]|[’'](?=[^\W\d_])|\u00ad)*)"
)
_BREAK = re.compile(r"[,;:()\[\].!?—–。，；：！？、\"“”]|\s-\s|--")
_POSSESSIVE = re.compile(r"[’'](?:s|m|ve|re|ll|d)?$", re.IGNORECASE)
_MONEY = {"$": "$", "€": "€", "£": "£", "¥": "¥"}
_UNIT_WORDS = {
    "%": "%", "percent": "%", "per": "", "prozent": "%", "dollar": "$", "dollars": "$", "euro": "€", "euros": "€",
    "usd": "$", "eur": "€", "gbp": "£",
}  # fmt: skip
_DASHES = frozenset({"-", "–", "—", "--", "/"})
_CJK_NEGATIONS = frozenset("不没沒無无非未别勿莫")


@dataclass(frozen=True, slots=True)
class Token:
    """One word or number; `text` stands at [start, end). `breaks` says that punctuation stands before it.

    `key` is what it is compared by: a stem, or `#` and the value of a number.
    """

    text: str
    start: int
    end: int
    kind: Kind
    key: str
    breaks: bool = False
    quantity: Quantity | None = None

    @property
    def matters(self) -> bool:
        """Whether the token says something by itself."""
        return self.kind in {"word", "name", "number"}


def tokenize(text: str, language: str) -> list[Token]:
    """Return the tokens of `text` in order. Number words are joined: `three hundred` is one token."""
    tokens: list[Token] = []
    for token in _raw(text, language):
        token = _widened(tokens[-1], token, text) if tokens else token  # noqa: PLW2901
        joined = _join(tokens[-1], token, text) if tokens and not token.breaks else None
        if joined is None:
            tokens.append(token)
        else:
            tokens[-1] = joined
    return tokens


def _raw(text: str, language: str) -> Iterator[Token]:
    end = 0
    for match in _TOKEN.finditer(text):
        breaks = end == 0 or _BREAK.search(text, end, match.start()) is not None
        end = match.end()
        if match["iso"]:
            yield from _iso_date(match, breaks)
        elif match["number"]:
            yield _number(match, text, breaks, language)
        elif match["cjk"]:
            kind: Kind = "negation" if match["cjk"] in _CJK_NEGATIONS else "word"
            yield Token(match.group(), match.start(), match.end(), kind, match.group(), breaks)
        else:
            yield from _word(match, breaks, language)


def _iso_date(match: re.Match[str], breaks: bool) -> Iterator[Token]:
    year, month, day = (int(part) for part in match.group().split("-"))
    at = match.start()
    yield _quantity_token(match.group()[:4], at, Quantity(float(year)), breaks)
    if 1 <= month <= 12:
        yield Token(match.group()[5:7], at + 5, at + 7, "name", stem(MONTH_NAMES[month - 1], "en"))
    yield _quantity_token(match.group()[8:], at + 8, Quantity(float(day)), False)


def _quantity_token(text: str, start: int, quantity: Quantity, breaks: bool) -> Token:
    return Token(text, start, start + len(text), "number", quantity.key, breaks, quantity)


def _number(match: re.Match[str], text: str, breaks: bool, language: str) -> Token:
    suffix = (match["suffix"] or "").lower()
    quantity = parse_digits(match["number"], language)
    if quantity is None:
        return Token(match.group(), match.start(), match.end(), "number", f"#{match['number']}", breaks,
                     Quantity(float("nan"), "code"))  # fmt: skip
    if suffix in {"st", "nd", "rd", "th"}:
        quantity = Quantity(quantity.value, "ordinal")
    elif suffix == "s":
        quantity = Quantity(quantity.value, "decade")
    elif suffix in {"k", "m", "bn"}:
        quantity = combine(quantity, suffix) or quantity
    unit = _MONEY.get(text[match.start() - 1 : match.start()], "")
    if text[match.end() : match.end() + 2].lstrip()[:1] in {"%", "€"}:
        unit = text[match.end() : match.end() + 2].strip()[0]
    quantity = Quantity(quantity.value, quantity.kind, unit)
    return Token(match.group(), match.start(), match.end(), "number", quantity.key, breaks, quantity)


def _word(match: re.Match[str], breaks: bool, language: str) -> Iterator[Token]:
    text, start = match.group(), match.start()
    folded = fold(text)
    if folded.endswith(("n't", "n’t")) or folded in {"cannot", "can't", "won't"}:
        yield Token(text, start, match.end(), "negation", "not", breaks)
        return
    bare = _POSSESSIVE.sub("", text)
    yield _classified(bare, start, breaks, language)


def _classified(text: str, start: int, breaks: bool, language: str) -> Token:
    folded, end = fold(text).replace("\u00ad", "").replace("-", ""), start + len(text)
    acronym = len(text) > 1 and text.isupper() and text.isalpha()
    if "." in text or (acronym and len(text) <= 5 and folded in FUNCTION_WORDS["en"]):
        return Token(text, start, end, "name", "=" + folded.replace(".", ""), breaks)
    if folded in NEGATIONS.get(language, NEGATIONS["en"]):
        return Token(text, start, end, "negation", folded, breaks)
    number = word_value(text)
    if number is not None:
        return Token(text, start, end, "number", number.key, breaks, number)
    if folded in FUNCTION_WORDS.get(language, ()) and not (folded == "may" and text == "May" and not breaks):
        return Token(text, start, end, "function", folded, breaks)
    if language == "de" and folded in MONTHS:
        folded = MONTHS[folded]
    named = text[0].isupper() and (language != "de" or acronym)
    return Token(text, start, end, "name" if named else "word", stem(folded, language), breaks)


def _widened(left: Token, right: Token, text: str) -> Token:
    """Return the end of a short range with its century: the 45 of 1939-45 is 1945."""
    if left.quantity is None or right.quantity is None or len(right.text) != 2 or not right.text.isdecimal():
        return right
    if len(left.text) != 4 or text[left.end : right.start].strip() not in _DASHES:
        return right
    return _quantity_token(
        right.text,
        right.start,
        Quantity(left.quantity.value // 100 * 100 + right.quantity.value),
        right.breaks,
    )


def _join(left: Token, right: Token, text: str) -> Token | None:
    """Return number and scale, number words, or number and unit as one token; None when they stand apart."""
    if left.quantity is None or left.quantity.kind == "code":
        return None
    folded = fold(right.text)
    unit = _UNIT_WORDS.get(folded)
    if unit and not left.quantity.unit:
        quantity = Quantity(left.quantity.value, left.quantity.kind, unit)
        return Token(
            text[left.start : right.end], left.start, right.end, "number", quantity.key, left.breaks, quantity
        )
    scales = folded in SCALE_WORDS
    if not scales and (right.quantity is None or left.text[-1].isdigit() or right.text[0].isdigit()):
        return None
    combined = combine(left.quantity, right.text)
    if combined is None:
        return None
    return Token(
        text[left.start : right.end], left.start, right.end, "number", combined.key, left.breaks, combined
    )
