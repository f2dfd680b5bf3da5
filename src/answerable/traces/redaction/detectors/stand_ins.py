"""What stands where a secret would be, and is none: variables, examples, code, and what was taken out already."""

from __future__ import annotations

from typing import Final

from answerable.traces.redaction.patterns import compile_pattern

_MARKED = compile_pattern(
    r"[*x•.X…_-]+|\$\w+|\$[({].*|\{\{?.*|<.*|%\(?\w+\)?s?%?|![a-z]+"
    r"|(?i:(?:your|my|the|some|an?|this)[_-][\w-]*|(?:example|changeme|placeholder|dummy)[\w-]*)"
)
_TAKEN_OUT = compile_pattern(
    r"\[(?:EMAIL|PHONE|CARD|IBAN|NATIONAL_ID|IP|API_KEY|JWT|PRIVATE_KEY|SECRET)\]|^\[[A-Z][A-Z0-9_]*\]$"
)
"""What a detector put there, also when the text goes through a second time; whole, also an app's own label."""
_CODE = compile_pattern(
    r"[\w.]*[\w\]]\(.*|[a-z_]\w*\.[a-z_][\w.]*|[\w.]+\[.*|/.*|[A-Z][A-Z0-9]*_[A-Z0-9_]+|[A-Z][a-z]+(?:[A-Z][a-z]+)+"
    r"|(?:[a-z]+_)*(?:password|passwd|secret|token|key)(?:_[a-z]+)*"
)
_NOTHING: Final = frozenset(
    b"true false null none nil undefined yes no on off required optional string str text bytes int integer number "
    b"password passwd secret token key value hidden redacted empty unset missing invalid incorrect wrong expired valid "
    b"correct is was not and or the be must has have been for from to in of as at by with this that it self env some "
    b"any all new old your their when then also only both".split()
)


def is_stand_in(value: bytes) -> bool:
    """Tell whether the value is a word about a secret, a variable or a mark, and no secret."""
    if value.lower() in _NOTHING or _MARKED.fullmatch(value) is not None:
        return True
    return _TAKEN_OUT.search(value) is not None


def is_code(value: bytes) -> bool:
    """Tell whether it is an expression, a type, a path or a constant: where a secret comes from, not what it is."""
    return _CODE.fullmatch(value) is not None
