"""Numbers as they are written in prose: digits, words, ordinals, fractions, scales, percent, money, dates."""

from __future__ import annotations

import re
from dataclasses import dataclass


def _counted(words: str, *, start: int, step: int = 1) -> dict[str, int]:
    """Return the words with the numbers that they stand for; bars part the numbers, blanks the words of one."""
    groups = enumerate(words.split("|"))
    return {word: start + step * at for at, group in groups for word in group.split()}


_UNITS = _counted(
    "zero null|one eins|two zwei|three drei|four vier|five fünf|six sechs|seven sieben|eight acht|nine neun|ten zehn"
    "|eleven elf|twelve zwölf dozen dutzend|thirteen dreizehn|fourteen vierzehn|fifteen fünfzehn|sixteen sechzehn"
    "|seventeen siebzehn|eighteen achtzehn|nineteen neunzehn",
    start=0,
)
_TENS = _counted(
    "twenty zwanzig|thirty dreißig|forty vierzig|fifty fünfzig|sixty sechzig|seventy siebzig|eighty achtzig"
    "|ninety neunzig",
    start=20,
    step=10,
)
_ORDINALS = _counted(
    "first erste ersten erster erstes|second zweite zweiten zweiter twice|third dritte dritten dritter thrice"
    "|fourth vierte vierten|fifth fünfte fünften|sixth sechste sechsten|seventh siebte siebten|eighth achte achten"
    "|ninth neunte neunten|tenth zehnte zehnten|eleventh elfte|twelfth zwölfte|thirteenth|fourteenth|fifteenth"
    "|sixteenth|seventeenth|eighteenth|nineteenth",
    start=1,
) | _counted("twentieth|thirtieth|fortieth|fiftieth", start=20, step=10)
_SCALES = {
    word: value
    for value, group in (
        (1e2, "hundred hundert"),
        (1e3, "thousand tausend k"),
        (1e4, "万 萬"),
        (1e6, "million millions millionen mio mn m"),
        (1e8, "亿 億"),
        (1e9, "billion billions bn milliarde milliarden mrd"),
        (1e12, "trillion trillions"),
    )
    for word in group.split()
}
SCALE_WORDS = frozenset(_SCALES) - {"k", "m"}
_FRACTIONS = {"½": 0.5, "¼": 0.25, "¾": 0.75, "⅓": 1 / 3, "⅔": 2 / 3, "⅛": 0.125}
MONTHS = {
    name: names.split()[0]
    for names in (
        "january januar jan", "february februar feb", "march märz marz mar", "april apr", "may mai", "june juni jun",
        "july juli jul", "august aug", "september sep sept", "october oktober oct", "november nov",
        "december dezember dec",
    )
    for name in names.split()
}  # fmt: skip
"""The English name of a month for each of its names."""
MONTH_NAMES = tuple(dict.fromkeys(MONTHS.values()))
_GROUPED = re.compile(r"^\d{1,3}(?:[,.’'\u00a0\u202f ]\d{3})+$")
_DECIMAL = re.compile(r"^(\d*)[.,](\d+)$")


@dataclass(frozen=True, slots=True)
class Quantity:
    """A number in a text. `value` has scale words multiplied in.

    `kind` is `cardinal`, `ordinal`, `decade` (the 1990s) or `code`.
    A code (a version, a clock time) has no value that could be compared; its text must be the same.
    """

    value: float
    kind: str = "cardinal"
    unit: str = ""

    @property
    def key(self) -> str:
        return f"#{self.value:.12g}{'s' if self.kind == 'decade' else ''}"


def parse_digits(text: str, language: str) -> Quantity | None:
    """Return the value of digits with separators, or None when they are a code such as 3.11.2."""
    plain = text.replace("\u2009", " ")
    fraction = _FRACTIONS.get(plain[-1:], 0.0)
    plain = (plain[:-1] if fraction else plain).strip()
    if not plain:
        return Quantity(fraction)
    value = _value(plain, language)
    return None if value is None else Quantity(value + fraction)


def _value(plain: str, language: str) -> float | None:
    if plain.isdecimal():
        return float(int(plain)) if len(plain) < 300 else None
    decimal_comma = language in {"de", "fr", "es", "it", "nl", "pt", "pl", "ru"}
    if _GROUPED.match(plain) and not _is_decimal(plain, decimal_comma):
        return float(re.sub(r"\D", "", plain))
    head, comma, tail = plain.rpartition("," if decimal_comma else ".")
    if comma and tail.isdecimal():
        whole = re.sub(r"[.,’'\s]", "", head)
        if not whole.isdecimal() or re.search(r"\d[.,]\d{1,2}[.,]", plain):
            return None
        return float(f"{int(whole)}.{int(tail):0{len(tail)}d}")
    match = _DECIMAL.match(plain)
    return float(f"{match[1] or 0}.{match[2]}") if match else None


def _is_decimal(plain: str, decimal_comma: bool) -> bool:
    """Whether the one separator of a number such as 1.234 is a decimal one."""
    separators = re.findall(r"\D", plain)
    return len(separators) == 1 and separators[0] == ("," if decimal_comma else ".")


def word_value(word: str) -> Quantity | None:
    """Return what a number word means alone: twenty, third, eighteen; None when it is no number."""
    folded = word.casefold()
    if folded in _UNITS:
        return Quantity(float(_UNITS[folded]))
    if folded in _TENS:
        return Quantity(float(_TENS[folded]))
    if folded in _ORDINALS:
        return Quantity(float(_ORDINALS[folded]), "ordinal")
    if folded in {"hundred", "hundert", "thousand", "tausend"}:
        return Quantity(_SCALES[folded])
    return None


def combine(left: Quantity, word: str) -> Quantity | None:
    """Return `left` carried on by the next number word: twenty + five, three + hundred; None when they stand apart."""
    folded = word.casefold()
    scale = _SCALES.get(folded)
    if scale is not None and left.kind == "cardinal" and left.value < scale:
        return Quantity(left.value * scale, "cardinal", left.unit)
    following = word_value(word)
    if following is None or left.kind != "cardinal" or left.value <= 0:
        return None
    room = 10 if left.value % 10 == 0 and left.value % 100 else 100 if left.value % 100 == 0 else 0
    if left.value % 1000 == 0:
        room = 1000
    if 0 < following.value < room:
        return Quantity(left.value + following.value, following.kind, left.unit)
    return None
