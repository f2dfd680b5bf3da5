"""From a filter to SQL.

Equalities go to the inverted index `trace_facet`, which answers any number of them at once; words go to `trace_word`.
Both are expressions over the row (see the migration), so a condition must repeat the expression to the letter.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final, NamedTuple

from answerable.core.errors import InvalidInput
from answerable.core.texts import to_storable
from answerable.traces.types import TraceFilter

_FACETS: Final = (
    "trace_facets(app, variant, variant_hash, label, purpose, status, error_code, key_id, user_id, conversation_id,"
    " collection, model, cached, abstained, verdicts, thumb, accepted) @@ %(facets)s::tsquery"
)
_WORDS: Final = (
    "trace_words(input, output) @@ regexp_replace(plainto_tsquery('simple', %(words)s)::text,"
    " '(''[^'']{3,}'')(?= |$)', '\\1:*', 'g')::tsquery"
)
"""All of the words. One of three letters or more also finds longer words that begin with it: nothing is stemmed, since
questions come in any language and names, numbers and error codes are to be found as they are written."""
_LONGEST_TEXT: Final = 1000
_LONGEST_FACET: Final = 400
"""As in `trace_facets`."""


class Conditions(NamedTuple):
    """A part of a WHERE clause, and its named values. The times of the filter are not in it.

    `inverted` says that an inverted index finds at least some of it.
    """

    sql: str
    values: dict[str, Any]
    inverted: bool


def to_conditions(filter: TraceFilter) -> Conditions:
    """Return what the filter means. Raises InvalidInput for a text without a word or with too many."""
    parts: list[str] = []
    values: dict[str, Any] = {}
    facets = list(_list_facets(filter))
    if facets:
        parts.append(_FACETS)
        values["facets"] = to_storable(" & ".join(facets))
    if filter.text is not None:
        parts.append(_WORDS)
        values["words"] = _check_text(filter.text)
    for name, condition in _COMPARED.items():
        value = getattr(filter, name)
        if value is not None:
            parts.append(condition)
            values[name] = value
    if filter.ids:
        parts.append("id = ANY(%(ids)s)")
        values["ids"] = list(filter.ids)
    inverted = bool(facets) or filter.text is not None
    parts += _list_absences(filter)
    return Conditions(" AND ".join(parts) or "true", values, inverted)


_COMPARED: Final = {
    "min_duration_ms": "duration_ms >= %(min_duration_ms)s",
    "min_cost_usd": "cost_usd >= %(min_cost_usd)s",
    "max_retrieval_score": "retrieval_score <= %(max_retrieval_score)s",
}

_EQUAL: Final = {
    "app": "app",
    "label": "label",
    "user": "user",
    "key_id": "key",
    "conversation_id": "conversation",
    "model": "model",
    "collection": "collection",
    "status": "status",
    "error_code": "error",
    "verdict": "verdict",
}
"""Field of the filter -> kind of facet."""


def _list_facets(filter: TraceFilter) -> Iterator[str]:
    for field, kind in _EQUAL.items():
        value = getattr(filter, field)
        if value is not None:
            yield _facet(kind, str(value))
    if filter.variant is not None:
        variant = filter.variant
        yield _any(
            _facet("variant", variant),
            _facet("variant", f"{variant}@") + ":*",
            _facet("hash", variant) + ":*",
        )
    if filter.purposes:
        yield _any(*(_facet("purpose", purpose) for purpose in filter.purposes))
    if filter.feedback in {"up", "down"}:
        yield _facet("feedback", str(filter.feedback))
    if filter.feedback == "any":
        yield "'feedback:':*"
    if filter.cached:
        yield "'cached'"
    if filter.abstained:
        yield "'abstained'"


def _list_absences(filter: TraceFilter) -> Iterator[str]:
    """Most runs fulfil these, so that an index would be of no help."""
    if filter.feedback == "none":
        yield "thumb IS NULL AND accepted IS NULL"
    if filter.cached is False:
        yield "NOT cached"
    if filter.abstained is False:
        yield "NOT abstained"


def _facet(kind: str, value: str) -> str:
    """Return the facet as a quoted lexeme of a tsquery."""
    text = f"{kind}:{value[:_LONGEST_FACET]}".replace("\\", "\\\\").replace("'", "''")
    return f"'{text}'"


def _any(*facets: str) -> str:
    return f"({' | '.join(facets)})"


def _check_text(text: str) -> str:
    if len(text) > _LONGEST_TEXT:
        raise InvalidInput(f"A text to look for has at most {_LONGEST_TEXT} characters.")
    if not any(character.isalnum() or not character.isascii() for character in text):
        raise InvalidInput(
            "The text to look for has no word in it.", hint="Signs are not kept in the index, only words are."
        )
    return to_storable(text)
