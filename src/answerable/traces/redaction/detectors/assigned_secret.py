"""Values that the words around them call a password, a key, a token: in settings, JSON, XML, SQL and sentences.

A password may be any word, so what is assigned to one is taken nearly always; a key or a token has to look random.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from answerable.traces.redaction.detectors.entropy import is_random
from answerable.traces.redaction.detectors.stand_ins import is_code, is_stand_in
from answerable.traces.redaction.patterns import Match, compile_pattern
from answerable.traces.redaction.types import Detector, Found

_PASSWORDS: Final = (
    r"pass(?:word|wd|phrase|code|wort)|[_.-]pass|pwd|kennwort|mot de passe|contrase(?:ñ|n)a|senha|wachtwoord"
    r"|has(?:ł|l)o|heslo|l(?:ö|o)senord|пароль|密码|パスワード"
)
_KEYS: Final = (
    r"token|secret(?:[ _.-]?(?:access)?[ _.-]?key)?|api[ _.-]?key|access[ _.-]?key(?:[ _.-]?id)?|credentials?|sig"
    r"|(?:private|signing|encryption|account|shared|master|session|subscription|auth|license|webhook)[ _.-]?key"
)
_WORD: Final = rf"(?i)(?:({_PASSWORDS})|(?:{_KEYS}))"
_ENDING: Final = (
    r"(?:[ _.-]?(?:value|base64|hash|string|text|here|prod|production|dev|staging|test|\d{1,2}))?s?"
)
_OF: Final = r"(?:\s(?:for|of|to|on|in|at|für|von|pour|de|para)\s(?:the\s|our\s|my\s)?[\w.@-]{1,40}){0,2}"
_QUOTED: Final = r"""\s{0,2}(?:"([^"\n]{4,})"|'([^'\n]{4,})'|`([^`\n]{4,})`)"""
_BARE: Final = r"([^\s\"'`\\,;<>|]{4,})"

_ASSIGNED = compile_pattern(
    rf"{_WORD}{_ENDING}\s?[\\\"'`]{{0,3}}(?:{_OF}\s{{0,4}}(?:(:=|=>|->|=|:)|(?:is|ist|lautet|est|es|é|to|as|был)(?:\s?:)?\s)|(\s))"
    rf"(?:{_QUOTED}|\s{{0,4}}[\\\"'`]{{0,3}}{_BARE})"
)
_IDENTIFIED = compile_pattern(
    r"""(?i)identified\s+(?:with\s+\w+\s+)?by\s+(?:'([^'\n]{4,})'|"([^"\n]{4,})")"""
)
_ELEMENT = compile_pattern(rf"<[\w.:-]*?{_WORD}{_ENDING}(?:\s[^<>]*)?>([^<>\n]{{4,}})</")
_FLAG = compile_pattern(
    r"(?i)(?:\s|^)--?(?:[a-z0-9]+-)*(pass(?:word|wd|phrase)?|pwd|secret|token|api-?key|access-?key)[= ]"
    r"['\"]?([^\s'\"]{4,})"
)
_NAMED = compile_pattern(rf"{_WORD}{_ENDING}$")
_PARAMETER = compile_pattern(r"&[\w.-]+=")
_SHOWN: Final = frozenset(b"0123456789!@#$%^&*()_+=[]{}?/~")


def _find(text: bytes) -> Iterator[Found]:
    for match in _ASSIGNED.finditer(text):
        yield from _judge_assigned(text, match)
    for match in _IDENTIFIED.finditer(text):
        yield Found(*_get_first_span(match, 1, 2), "SECRET")
    for match in _ELEMENT.finditer(text):
        if not is_stand_in(match[2]) and (_has_group(match, 1) or is_random(match[2])):
            yield Found(*match.span(2), "SECRET")
    for match in _FLAG.finditer(text):
        if not is_stand_in(match[2]) and (match[1].lower().startswith(b"p") or is_random(match[2])):
            yield Found(*match.span(2), "SECRET")


def is_secret(name: str, value: str) -> bool:
    """Tell whether an entry of this name in a mapping holds a secret: all of the value, whatever is in it."""
    data = value.encode("utf-8", "replace")
    found = _NAMED.search(name.encode("utf-8", "replace"))
    if found is None or len(data) < 4 or is_stand_in(data):
        return False
    return _has_group(found, 1) or is_random(data)


def _judge_assigned(text: bytes, match: Match) -> Iterator[Found]:
    """Yield the value, unless it is a word of the sentence, an expression of a program or a variable."""
    is_password, assigned, spaced = (_has_group(match, group) for group in (1, 2, 3))
    quoted = not _has_group(match, 7)
    start, end = _get_first_span(match, 4, 5, 6, 7)
    if not quoted:
        start, end = _trim(text, start, end)
    value = text[start:end].strip()
    if len(value) < 4 or is_stand_in(value):
        return
    if not is_password:
        meant = is_random(value) and b" " not in value and (quoted or not spaced or len(value) >= 16)
    elif quoted:
        meant = (b" " not in value or assigned) and (
            not spaced or _looks_chosen(value) or _has_group(match, 5)
        )  # SQL: PASSWORD 'it'
    else:
        meant = not is_code(value) and (assigned or _looks_chosen(value))
    if meant:
        yield Found(start, end, "SECRET")


def _looks_chosen(value: bytes) -> bool:
    """Tell a password from the next word of the sentence."""
    word = value.strip(b"*_")  # which are Markdown's
    return len(word) >= 6 and (word.count(b"-") >= 2 or any(sign in _SHOWN for sign in word))


def _trim(text: bytes, start: int, end: int) -> tuple[int, int]:
    """Leave the next parameter of a URL, the end of the sentence and closing brackets outside."""
    parameter = _PARAMETER.search(text, start, end)
    if parameter is not None:
        end = parameter.span()[0]
    while end > start and text[end - 1] in b".!?:)]}" and not _belongs(text[start : end - 1], text[end - 1]):
        end -= 1
    return start, end


def _belongs(value: bytes, sign: int) -> bool:
    """Tell whether the sign after the value is a part of it: it closes a bracket in it, or is there twice."""
    opening = {b")": b"(", b"]": b"[", b"}": b"{"}.get(bytes([sign]))
    return opening in value if opening is not None else value.endswith(b"!") and sign == ord("!")


def _has_group(match: Match, group: int) -> bool:
    return match.span(group)[0] >= 0


def _get_first_span(match: Match, *groups: int) -> tuple[int, int]:
    return next(match.span(group) for group in groups if _has_group(match, group))


DETECTOR = Detector(trigger=rf"{_WORD}|(?i)identified\s", find=_find)
