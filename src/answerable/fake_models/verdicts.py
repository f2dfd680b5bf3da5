"""A fake judge of citations: what the prompt of the verifier `model:NAME` asks for."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any, Final

from answerable.fake_models.exchange import Json
from answerable.fake_models.passages import Passage, content_words, split_sentences
from answerable.llm.sources import Source, parse_sources

_SENTENCES: Final = "\nSentences:\n"
"""What stands before the sentences to judge, each a line of JSON with `id`, `cites` and `sentence`."""


def find_verdicts(text: str) -> Json | None:
    """Return a verdict on each sentence of a judge's prompt, None for another prompt.

    A sentence whose words all stand in one sentence of a source that it cites is supported, any other one is not.
    """
    _, mark, listed = text.rpartition(_SENTENCES)
    asked = [row for row in map(_read, listed.splitlines()) if row is not None] if mark else []
    if not asked:
        return None
    sources = {source.number: source for source in parse_sources(text)}
    return {"verdicts": [_judge(row, sources) for row in asked]}


def _read(line: str) -> Json | None:
    try:
        row = json.loads(line)
    except ValueError:
        return None
    return row if isinstance(row, dict) and row.keys() >= {"id", "cites", "sentence"} else None


def _judge(row: Json, sources: Mapping[int, Source]) -> dict[str, Any]:
    cited = [sources[number] for number in row["cites"] if number in sources]
    passage = _find_holding(row["sentence"], cited)
    if passage is None:
        return {"id": row["id"], "verdict": "unsupported", "reason": "no cited source says this"}
    return {"id": row["id"], "verdict": "supported", "source": passage.number, "quote": passage.text}


def _find_holding(sentence: str, sources: Sequence[Source]) -> Passage | None:
    said = content_words(sentence)
    for source in sources:
        for text, words in split_sentences(source.text):
            if said and said <= words:
                return Passage(source.number, text)
    return None
