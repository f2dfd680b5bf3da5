"""Do the passages name the same people, places and things, in the same roles?"""

from __future__ import annotations

from collections.abc import Iterator

from answerable.answering.verification.acronyms import name_runs
from answerable.answering.verification.alignment import TITLE
from answerable.answering.verification.case import Case, Finding, Weight
from answerable.answering.verification.stems import stem
from answerable.answering.verification.wordlists import words

_TITLES = frozenset(
    stem(word, "en")
    for word in words(
        "mr mrs ms dr prof professor president king queen sir lord lady prince princess saint st general captain "
        "colonel senator governor judge justice pope emperor minister mayor chancellor director bishop duke earl count "
        "baron university river lake mount city state county island republic company inc corp ltd the"
    )
)


def check_names(case: Case) -> Iterator[Finding]:
    """Yield a contradiction for each name that the passages do not hold, put together or use otherwise."""
    for run in name_runs(case.tokens):
        missing = [i for i in run if i not in case.matches]
        if missing:
            yield from _missing(case, run, missing)
        else:
            yield from _mixed(case, run)
            yield from _misplaced(case, run)


def _missing(case: Case, run: list[int], missing: list[int]) -> Iterator[Finding]:
    named = [i for i in missing if case.tokens[i].key not in _TITLES] or missing
    other = _other_name(case, named[0], named[-1])
    if other is None and case.tokens[named[0]].key in _TITLES:
        return
    said = _text(case, named)
    if named == [0] and not _is_name_at_start(case, run):
        yield from _other_subject(case, said)
        return
    if other is not None:
        yield Finding("names", Weight.CONTRADICTION, f"names {said!r} where the passage names {other!r}")
    else:
        # A first name added to a surname that the passage holds is more than it says, not against it.
        weight = Weight.DOUBT if len(missing) < len(run) else Weight.CONTRADICTION
        yield Finding("names", weight, f"{said!r} is not in the passage")


def _other_subject(case: Case, said: str) -> Iterator[Finding]:
    """Yield a doubt when the passages have another word where the sentence has its first one."""
    there = [case.ground.tokens[place].text for place in case.slot(0, 0) if case.ground.tokens[place].matters]
    if there:
        yield Finding("names", Weight.DOUBT, f"says {said!r} where the passage says {there[-1]!r}")


def _is_name_at_start(case: Case, run: list[int]) -> bool:
    """Whether the capital of the first word is more than that of a sentence's start."""
    return len(run) > 1 or _other_name(case, 0, run[-1]) is not None or not case.tokens[0].text.istitle()


def _text(case: Case, indices: list[int]) -> str:
    return case.text[case.tokens[indices[0]].start : case.tokens[indices[-1]].end]


def _other_name(case: Case, first: int, last: int) -> str | None:
    """Return the name that the passages have at this place."""
    places = [p for p in case.slot(first, last) if _is_name(case, p)]
    if not places:
        return None
    end = places[0]
    for place in places[1:]:
        if place - end > 1:
            break
        end = place
    return " ".join(case.ground.tokens[p].text for p in range(places[0], end + 1))


def _is_name(case: Case, position: int) -> bool:
    """Whether a token of the passages is a name, and not an ordinary word at the start of its sentence."""
    token = case.ground.tokens[position]
    if token.kind != "name" or token.key in _TITLES:
        return False
    starts = position == 0 or case.ground.sentence[position - 1] != case.ground.sentence[position]
    following = position + 1 < len(case.ground.tokens) and case.ground.tokens[position + 1].kind == "name"
    return not starts or following or token.text.isupper()


def _mixed(case: Case, run: list[int]) -> Iterator[Finding]:
    """Two halves of two names in one: each word stands in the passages, but nowhere beside the other."""
    for left, right in zip(run, run[1:], strict=False):
        one, other = case.matches.get(left), case.matches.get(right)
        if (
            one is None
            or other is None
            or TITLE in {one.position, other.position}
            or one.position == other.position
        ):
            continue
        if (
            case.tokens[left].key in _TITLES
            or {case.tokens[i].key for i in (left, right)} <= case.ground.title_keys
        ):
            continue
        firsts = [one.position, *case.ground.places.get(case.tokens[left].key, ())[:50]]
        seconds = [other.position, *case.ground.places.get(case.tokens[right].key, ())[:50]]
        if not any(abs(a - b) <= 3 for a in firsts for b in seconds):
            said = _text(case, [left, right])
            yield Finding("names", Weight.CONTRADICTION, f"the passage does not name {said!r}")
            return


def _misplaced(case: Case, run: list[int]) -> Iterator[Finding]:
    """The name stands in the passages, but not here: where the sentence has it, the passages have another one."""
    if case.stands_locally(run[0], run[-1]):
        return
    other = _other_name(case, run[0], run[-1])
    if other is not None:
        yield Finding(
            "names", Weight.CONTRADICTION, f"names {_text(case, run)!r} where the passage names {other!r}"
        )
