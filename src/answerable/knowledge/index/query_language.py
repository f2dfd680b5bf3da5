"""Which language a query is in, as far as search needs to know: one of the index's, or another script's."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Final

_SCRIPTS: Final = (
    ("ja", re.compile("[\u3040-\u30ff]")),
    ("zh", re.compile("[\u3400-\u4dbf\u4e00-\u9fff]")),
    ("ko", re.compile("[\u1100-\u11ff\u3130-\u318f\uac00-\ud7af]")),
    ("th", re.compile("[\u0e00-\u0e7f]")),
    ("ar", re.compile("[\u0600-\u06ff]")),
    ("he", re.compile("[\u0590-\u05ff]")),
    ("ru", re.compile("[\u0400-\u04ff]")),
    ("el", re.compile("[\u0370-\u03ff]")),
    ("hi", re.compile("[\u0900-\u097f]")),
)


def choose_language(query: str, languages: Sequence[str], stop_words: Mapping[str, int]) -> str:
    """Return the likely language of a query to an index with documents in `languages`.

    The script decides where it can. Among languages of one script, the one that knows the most of its words as stop
    words wins (`stop_words` counts them by language); without any, the first of `languages` does.
    """
    if not query.isascii():
        for language, pattern in _SCRIPTS:
            if pattern.search(query):
                return language
    known = [language for language in languages if stop_words.get(language, 0) > 0]
    return max(known or list(languages) or ["en"], key=lambda language: stop_words.get(language, 0))
