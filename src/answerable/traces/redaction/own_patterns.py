"""The expressions with which an app has more redacted: what they are called, and what they may be."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final, NamedTuple

from answerable.traces.redaction.patterns import BadPatternError, compile_pattern

_NAME: Final = re.compile(r"[A-Z][A-Z0-9_]{0,31}")
_MOST: Final = 50
_LONGEST: Final = 1000
_EXAMPLE: Final = "Write one such as CASE_NUMBER: 'CN-[0-9]{6}'."


class Fault(NamedTuple):
    """What is wrong with a pattern, a sentence, and what to write instead."""

    problem: str
    suggestion: str


def find_faults(patterns: Mapping[str, str]) -> dict[str, Fault]:
    """Return what is wrong with each pattern that cannot be used, by its name."""
    faults = {name: fault for name, pattern in patterns.items() if (fault := _find_fault(name, pattern))}
    for name in list(patterns)[_MOST:]:
        faults[name] = Fault(f"There are more than {_MOST} patterns.", "Join some of them with |.")
    return faults


def _find_fault(name: str, pattern: str) -> Fault | None:
    if not _NAME.fullmatch(name):
        problem = f"{name!r} cannot stand for what is redacted."
        return Fault(problem, "Use capitals, digits and _, such as CASE_NUMBER.")
    if not pattern or len(pattern) > _LONGEST:
        return Fault(f"A pattern has 1 to {_LONGEST} characters.", _EXAMPLE)
    try:
        compiled = compile_pattern(pattern)
    except BadPatternError as error:
        return Fault(f"It is not a regular expression in RE2's syntax: {error}.", _EXAMPLE)
    if compiled.search(b"") is not None:
        return Fault("It fits also where there is nothing, so it would be everywhere.", _EXAMPLE)
    return None
