"""Names that one side writes out and the other by their initials: NFL, National Football League."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from answerable.answering.verification.alignment import Match
from answerable.answering.verification.passages import Ground
from answerable.answering.verification.tokens import Token
from answerable.answering.verification.wordlists import words

_JOINERS = words("of the de la von van der and for in du des di da")
_QUALITY = 0.95


def match_acronyms(tokens: Sequence[Token], ground: Ground) -> dict[int, Match]:
    """Return matches of the words of names with their acronyms in the passages, and of acronyms with names there."""
    matches: dict[int, Match] = {}
    for run in name_runs(tokens):
        position = _find_acronym(tokens, run, ground)
        if position is not None:
            matches.update(dict.fromkeys(run, Match(position, _QUALITY)))
    for index, token in enumerate(tokens):
        letters = token.key.removeprefix("=")
        if token.text.replace(".", "").isupper() and 2 <= len(letters) <= 6 and not ground.has(token.key):
            position = _find_spelled_out(letters, ground)
            if position is not None:
                matches[index] = Match(position, _QUALITY)
    return matches


def name_runs(tokens: Sequence[Token]) -> Iterator[list[int]]:
    """Yield the indices of each name: neighbouring capitalised words without punctuation between them."""
    run: list[int] = []
    for index, token in enumerate(tokens):
        if token.kind == "name" and not (run and (token.breaks or index - run[-1] > 1)):
            run.append(index)
            continue
        if run:
            yield run
        run = [index] if token.kind == "name" else []
    if run:
        yield run


def _find_acronym(tokens: Sequence[Token], run: Sequence[int], ground: Ground) -> int | None:
    if len(run) < 2 or all(ground.has(tokens[index].key) for index in run):
        return None
    initials = "".join(tokens[index].text[0].lower() for index in run)
    for key in (initials, "=" + initials):
        for position in ground.places.get(key, ()):
            if ground.tokens[position].text.replace(".", "").isupper():
                return position
    return None


def _find_spelled_out(letters: str, ground: Ground) -> int | None:
    """Return where consecutive words of the passages begin with `letters`, joining words counted or not."""
    for position, token in enumerate(ground.tokens):
        if token.text[0].lower() != letters[0] or not token.text[0].isupper():
            continue
        window = ground.tokens[position : position + 2 * len(letters)]
        every = "".join(t.text[0].lower() for t in window)
        bare = "".join(t.text[0].lower() for t in window if t.text.lower() not in _JOINERS)
        if every.startswith(letters) or bare.startswith(letters):
            return position
    return None
