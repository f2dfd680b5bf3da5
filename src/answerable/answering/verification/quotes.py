"""Does what stands in quotation marks stand in the passages, word for word?"""

from __future__ import annotations

import re
from collections.abc import Iterator

from answerable.answering.verification.case import Case, Finding, Weight
from answerable.answering.verification.tokens import tokenize

_QUOTED = re.compile(
    r'"([^"\n]{3,2000})"|“([^”\n]{3,2000})”|„([^“”\n]{3,2000})[“”]|«([^»\n]{3,2000})»|「([^」\n]{2,2000})」'
)
_MIN_WORDS = 4
"""Shorter quotations are titles and terms, which the other checks hold to account."""


def check_quotes(case: Case) -> Iterator[Finding]:
    """Yield a contradiction for a quotation that the passages do not hold word for word."""
    for match in _QUOTED.finditer(case.text):
        quoted = next(group for group in match.groups() if group is not None)
        for part in re.split(r"\[?(?:\.\.\.|…)\]?", quoted):
            words = [token.key for token in tokenize(part, case.language)]
            if len(words) >= _MIN_WORDS and not _holds(case, words):
                yield Finding(
                    "quotes", Weight.CONTRADICTION, "the quotation is not in the passage word for word"
                )
                return


def _holds(case: Case, words: list[str]) -> bool:
    tokens = case.ground.tokens
    return any(
        tokens[start].key == words[0] and [t.key for t in tokens[start : start + len(words)]] == words
        for start in range(len(tokens) - len(words) + 1)
    )
