"""A follow-up as a question that stands alone, by rule. What stands alone already is left as it is."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from answerable.answering.follow_up.history import Turn
from answerable.answering.follow_up.rules.antecedents import Antecedents
from answerable.answering.follow_up.rules.ellipses import complete, is_fragment
from answerable.answering.follow_up.rules.lexicon import Lexicon, choose_lexicon, word_set
from answerable.answering.follow_up.rules.parsing import Parsed, parse
from answerable.answering.follow_up.rules.pointers import resolve_pointers
from answerable.llm.extractive.words import find_language

_LOOKED_BACK: Final = 8
_LONGEST: Final = 1000
"""Characters of a question; one that would grow beyond is left as it is."""
_REQUESTS: Final = word_set(
    "tell me please give can you some explain show a bit on that it about this in go "
    "erzähl mir bitte noch etwas darüber dazu ein wenig"
)
"""What may stand around `more` in a request for more."""


def resolve(question: str, turns: Sequence[Turn]) -> str:
    """Return the question so that it can be understood without the turns before it, oldest first.

    Each earlier question is resolved by those before it, so that `and by whom?` may go back over several turns.
    """
    standing = ""
    answer = ""
    for turn in turns[-_LOOKED_BACK:]:
        standing = _resolve_one(turn.question, standing, answer)
        answer = turn.answer
    return _resolve_one(question, standing, answer)


def _resolve_one(question: str, standing: str, answer: str) -> str:
    lexicon = choose_lexicon(find_language(f"{standing} {question}"))
    if not standing or lexicon is None or len(question) > _LONGEST:
        return question
    resolved = _rewrite(question, parse(standing, lexicon), answer)
    return question if resolved is None or len(resolved) > _LONGEST else resolved


def _rewrite(question: str, before: Parsed, answer: str) -> str | None:
    """Return the question rewritten, None when it stands alone."""
    lexicon = before.lexicon
    bare, led = _strip_openers(question, lexicon)
    parsed = parse(bare, lexicon)
    if not parsed.words:
        return None
    if _asks_for_more(parsed):
        topic = Antecedents(before, answer).find_thing()
        return None if topic is None else f"{_more(lexicon)} {topic}."
    pointed = resolve_pointers(parsed, before, answer)
    if is_fragment(parsed, led=led):
        if pointed is None:
            return complete(parsed, before, answer)
        starts_with_noun = parsed.words[0].low not in lexicon.prepositions | lexicon.questions
        asks = "What is" if lexicon.language == "en" and starts_with_noun else ""
        return f"{asks} {pointed.strip(' ?!.')}?".strip()
    return None if pointed is None else pointed[:1].upper() + pointed[1:]


def _strip_openers(question: str, lexicon: Lexicon) -> tuple[str, bool]:
    """Return the question without `and`, `what about` and the like, and whether there were any."""
    text = question.strip()
    led = True
    while led:
        led = False
        for opener in (*lexicon.about, *lexicon.openers):
            rest = text[len(opener) :]
            if text.lower().startswith(opener) and rest[:1] in {" ", ",", ":"} and rest.strip(" ,:"):
                text, led = rest.lstrip(" ,:"), True
                break
    return text, text != question.strip()


def _asks_for_more(parsed: Parsed) -> bool:
    """Whether the question is `tell me more` in one of its forms, about nothing in particular."""
    said = [word.low for word in parsed.words]
    return any(word in parsed.lexicon.more for word in said) and all(
        word in _REQUESTS or word in parsed.lexicon.more for word in said
    )


def _more(lexicon: Lexicon) -> str:
    return "Mehr über" if lexicon.language == "de" else "Tell me more about"
