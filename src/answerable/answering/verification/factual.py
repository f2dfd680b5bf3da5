"""Which sentences claim nothing that a passage could support: abstentions, greetings, headings, questions, code."""

from __future__ import annotations

import re

from answerable.answering.verification.sentences import Sentence, without_markers

_ABSTENTION = re.compile(
    r"""\b(?:
    (?:i|we)\ (?:(?:do|can|could)\ ?not|don[’']t|can[’']t|couldn[’']t|(?:am|was|are)\ (?:unable|not\ able))\b.{0,40}
      \b(?:know|find|answer|say|determine|tell|confirm|provide)
    |(?:i|we)\ have\ no\ (?:information|answer)
    |(?:sources?|passages?|documents?|context|texts?|collection|information\ provided|provided\ information)\b.{0,30}
      \b(?:do(?:es)?\ not|don[’']t|doesn[’']t|did\ not|cannot|can[’']t)\b.{0,30}
      \b(?:contain|mention|say|hold|include|provide|state|specify|answer|cover|give|discuss|address)
    |(?:no|not\ enough|insufficient)\ (?:information|answer|source|passage|evidence|mention)s?\b.{0,60}
      \b(?:found|available|given|provided|sources?|passages?|documents?|context)
    |nothing\ (?:in|found\ in)\ the\ (?:sources?|passages?|documents?)
    |(?:ich|wir)\ (?:weiß|kann|können|konnte|konnten|habe|haben)\b.{0,60}\b(?:nicht|keine)
    |(?:die|den|der)\ (?:quellen?|texte?n?|dokumente?n?|abschnitte?n?)\b.{0,40}\b(?:nicht|keine)\b
    )""",
    re.IGNORECASE | re.DOTALL | re.VERBOSE,
)
_ABSTENTION_CJK = re.compile(
    r"(?:我不知道|无法回答|無法回答|没有找到|沒有找到|未提及|没有提到|资料中没有|来源中没有)"
)
_TALK = re.compile(
    r"""^(?:
    hi|hello|hey|hallo|guten\ (?:tag|morgen|abend)|dear|thanks?|thank\ you|danke|welcome
    |sure|certainly|of\ course|absolutely|okay|ok|great\ question|good\ question
    |here(?:[’']s|\ is|\ are)|hier\ (?:ist|sind)|below\ (?:is|are)|the\ following
    |i\ hope|let\ me\ know|feel\ free|please\ let|if\ you\ (?:have|need|want|would\ like)
    |i[’']?(?:m|\ am)\ (?:happy|glad|sorry|an?\ )|sorry|i\ apologi[sz]e
    |你好|您好|好的|希望|谢谢|抱歉|以下是
    )(?!\w)""",
    re.IGNORECASE | re.VERBOSE,
)
_WORDS = re.compile(r"[^\W\d_]")
_MAX_TALK = 160


def claims_something(sentence: Sentence) -> bool:
    """Whether the sentence states a fact that needs a passage.

    A sentence with a marker claims something, unless it abstains: whoever cites, states.
    """
    text = without_markers(sentence.text).strip()
    if sentence.kind == "code" or not _WORDS.search(text):
        return sentence.kind != "code" and bool(sentence.markers)
    if is_abstention(text):
        return False
    if sentence.markers:
        return True
    if sentence.kind == "heading" or text.endswith(("?", "？", ":", "：", "؟")):
        return False
    if text.startswith("**") and text.rstrip(":").endswith("**") and len(text) < _MAX_TALK:
        return False
    return not (_TALK.match(text) and len(text) < _MAX_TALK and not re.search(r"\d", text))


def is_abstention(text: str) -> bool:
    """Whether the text says that the sources do not hold the answer."""
    if len(text) > 400:
        return False
    return bool(_ABSTENTION.search(text) or _ABSTENTION_CJK.search(text))
