"""From text to lexemes: words by script, stems and stop words by PostgreSQL's dictionary of the language.

Words are cut here and not by PostgreSQL's parser: the parser reads "and/or" as a file path, keeps a URL whole, and
takes a run of Chinese for one word. Scripts written without spaces (Chinese, Japanese, Thai and their like) and
Korean, whose particles cling to the word, become character bigrams, whatever the language of the document is said
to be.
"""

from __future__ import annotations

import asyncio
import re
import unicodedata
from collections import OrderedDict
from collections.abc import Iterable, Sequence
from typing import Final

from answerable.db.database import Connection, OnDemand, Taken

Lexemes = tuple[str, ...]
_Word = tuple[str, str]
"""A dictionary and a word to look up in it."""

_DICTIONARIES = {
    "ar": "arabic", "hy": "armenian", "eu": "basque", "ca": "catalan", "da": "danish", "nl": "dutch",
    "en": "english", "et": "estonian", "fi": "finnish", "fr": "french", "de": "german", "el": "greek",
    "hi": "hindi", "hu": "hungarian", "id": "indonesian", "ga": "irish", "it": "italian", "lt": "lithuanian",
    "ne": "nepali", "no": "norwegian", "nb": "norwegian", "nn": "norwegian", "pt": "portuguese", "ro": "romanian",
    "ru": "russian", "sr": "serbian", "es": "spanish", "sv": "swedish", "ta": "tamil", "tr": "turkish",
    "yi": "yiddish",
}  # fmt: skip

_UNSPACED = (
    "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff"  # Thai, Lao, Burmese, Khmer
    "\u3005-\u3007\u3040-\u30ff\u31f0-\u31ff"  # kana
    "\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"  # Han
    "\u1100-\u11ff\u3130-\u318f\uac00-\ud7af"  # Hangul
)
_RUN = re.compile(rf"([{_UNSPACED}]+)|((?:[^\W_{_UNSPACED}]|[\u0300-\u036f])+)")
_WORD = re.compile(r"[a-z0-9]+")
_MAX_WORD = 64
"""Longer runs are keys, hashes or noise; their first characters tell them apart well enough."""
_INLINE_CHARACTERS: Final = 20_000
"""More take over two milliseconds to split, and leave the event loop for a thread."""


def split_words(text: str) -> list[str]:
    """Return the words of a text in lower case, and the bigrams of scripts that know no spaces, in reading order."""
    if text.isascii():
        return _WORD.findall(text.lower())
    words: list[str] = []
    for unspaced, word in _RUN.findall(unicodedata.normalize("NFKC", text).lower()):
        if word:
            words.append(word)
        else:
            words.extend(_bigrams(unspaced))
    return words


def get_dictionary(language: str) -> str:
    """Return the name of PostgreSQL's dictionary for an ISO 639-1 code; `simple` knows no stems and no stop words."""
    name = _DICTIONARIES.get(language.lower().partition("-")[0])
    return f"{name}_stem" if name else "simple"


class Lexizer:
    """Looks words up in PostgreSQL's dictionaries, and remembers them: most words of a text are old ones."""

    def __init__(self, *, max_words: int = 100_000) -> None:
        self._max_words = max_words
        self._known: OrderedDict[_Word, Lexemes] = OrderedDict()

    async def lexize(self, connection: Connection, language: str, texts: Sequence[str]) -> list[list[str]]:
        """Return the lexemes of each text, in order and with repeats; stop words are left out."""
        dictionary = get_dictionary(language)
        long = sum(map(len, texts)) > _INLINE_CHARACTERS
        split = await asyncio.to_thread(_split_all, texts) if long else _split_all(texts)
        pairs = {(dictionary, word) for words in split for word in words}
        known = await self._look_up(Taken(connection), pairs)
        return [[lexeme for word in words for lexeme in known[dictionary, word]] for words in split]

    async def lexize_query(
        self, source: OnDemand, languages: Sequence[str], query: str
    ) -> dict[str, list[str]]:
        """Return the lexemes of one short text in each language, looked up together."""
        words = split_words(query)
        dictionaries = {language: get_dictionary(language) for language in languages}
        known = await self._look_up(
            source, {(dictionary, word) for dictionary in dictionaries.values() for word in words}
        )
        return {
            language: [lexeme for word in words for lexeme in known[dictionary, word]]
            for language, dictionary in dictionaries.items()
        }

    async def _look_up(self, source: OnDemand, words: Iterable[_Word]) -> dict[_Word, Lexemes]:
        found: dict[_Word, Lexemes] = {}
        unknown: list[_Word] = []
        for word in words:
            lexemes = self._known.get(word)
            if lexemes is None:
                unknown.append(word)
            else:
                found[word] = lexemes
        if unknown:
            fresh = await _ask(await source.get(), unknown)
            found.update(fresh)
            self._remember(fresh)
        return found

    def _remember(self, fresh: dict[_Word, Lexemes]) -> None:
        self._known.update(fresh)
        while len(self._known) > self._max_words:
            self._known.popitem(last=False)


async def _ask(connection: Connection, words: list[_Word]) -> dict[_Word, Lexemes]:
    """An older PostgreSQL lacks some dictionaries; `simple` stands in for them."""
    cursor = await connection.execute(
        """
        SELECT asked.dictionary, asked.word,
               ts_lexize(coalesce(known.oid, 'simple'::regdictionary)::regdictionary, left(asked.word, %s))
        FROM unnest(%s::text[], %s::text[]) AS asked (dictionary, word)
        LEFT JOIN (SELECT dictname, min(oid) AS oid FROM pg_ts_dict GROUP BY dictname) AS known
            ON known.dictname = asked.dictionary
        """,
        (_MAX_WORD, [dictionary for dictionary, _ in words], [word for _, word in words]),
    )
    return {
        (dictionary, word): (word,) if lexemes is None else tuple(lexemes)
        async for dictionary, word, lexemes in cursor
    }


def _split_all(texts: Sequence[str]) -> list[list[str]]:
    return [split_words(text) for text in texts]


def _bigrams(run: str) -> list[str]:
    return [run] if len(run) == 1 else [run[i : i + 2] for i in range(len(run) - 1)]
