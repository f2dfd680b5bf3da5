"""What the fake model says: a sentence of its sources with a citation, a tool call, or JSON of the schema."""

from __future__ import annotations

import json
import re
import zlib
from collections.abc import Sequence
from dataclasses import replace

from answerable.fake_models.behaviours import Behaviour, get_plain_name
from answerable.fake_models.exchange import Prompt, Reply, Tool, ToolCall
from answerable.fake_models.images import describe_images
from answerable.fake_models.json_answers import NO_JSON, fill, find_json
from answerable.fake_models.passages import Passage, content_words, find_passage
from answerable.fake_models.questions import find_question
from answerable.fake_models.verdicts import find_verdicts
from answerable.llm.abstention import ABSTENTION
from answerable.llm.sources import Source, parse_sources
from answerable.llm.tokens import CHARACTERS_PER_TOKEN, estimate_tokens

HALLUCINATION = "The figure was confirmed by 4217 independent auditors in Reykjavik in 1987"

_PIECE = re.compile(r"\s*\S+\s*?|\s+")
_TOKENS_PER_IMAGE = 85
_SUCCESSOR = "-2026-11-01"
_FINGERPRINTS = ("fp_fake_1", "fp_fake_2")
_SHY_OF = 3
"""Of four questions, so many are passed on by a model that has drifted."""


def answer(prompt: Prompt, behaviour: Behaviour) -> Reply:
    """Return what the model says, spoiled as the behaviour wants it."""
    reply = _sign(_answer(prompt, behaviour), prompt, behaviour)
    if behaviour is not Behaviour.DETAILED_USAGE:
        return reply
    return replace(
        reply,
        cached_tokens=reply.input_tokens // 2,
        cache_write_tokens=reply.input_tokens // 4,
        reasoning_tokens=reply.output_tokens // 2,
    )


def _sign(reply: Reply, prompt: Prompt, behaviour: Behaviour) -> Reply:
    """Return the reply with the name and the fingerprint of what has answered."""
    renamed = behaviour is Behaviour.RENAMED
    name = get_plain_name(prompt.model)
    return replace(
        reply,
        model=f"{name}{_SUCCESSOR}" if renamed else name,
        fingerprint=_FINGERPRINTS[renamed or behaviour is Behaviour.PATCHED],
    )


def _answer(prompt: Prompt, behaviour: Behaviour) -> Reply:
    input_tokens = estimate_tokens(prompt.text) + _TOKENS_PER_IMAGE * len(prompt.images)
    if behaviour is Behaviour.EMPTY:
        return Reply(text="", input_tokens=input_tokens, output_tokens=0)
    if prompt.tools and not prompt.tool_results:
        call = _call_tool(prompt, behaviour)
        written = estimate_tokens(json.dumps(call.arguments))
        return Reply(text="", input_tokens=input_tokens, output_tokens=written, tool_call=call)
    text = _say(prompt, behaviour)
    limit = None if prompt.max_tokens is None else prompt.max_tokens * CHARACTERS_PER_TOKEN
    cut = limit is not None and len(text) > limit
    text = text[:limit] if cut else text
    return Reply(text=text, input_tokens=input_tokens, output_tokens=estimate_tokens(text), cut=cut)


def split_pieces(text: str) -> list[str]:
    """Cut a text into the pieces in which it is streamed: a word each, and nothing lost."""
    return _PIECE.findall(text)


def get_id(prompt: Prompt) -> str:
    """Return an id that depends on the prompt only."""
    return f"{zlib.crc32(prompt.text.encode('utf-8', 'replace')):08x}"


def _say(prompt: Prompt, behaviour: Behaviour) -> str:
    question = _find_asked(prompt)
    if prompt.tool_results:
        return "The tool says: " + " ".join(prompt.tool_results)
    written = find_json(prompt, behaviour)
    if written is not None:
        return written
    verdicts = find_verdicts(prompt.question)
    if verdicts is not None:
        return NO_JSON if behaviour is Behaviour.NEVER_VALID else json.dumps(verdicts, ensure_ascii=False)
    if prompt.images:
        return describe_images(prompt.images)
    sources = parse_sources(prompt.text)
    if behaviour is Behaviour.DRIFTED and zlib.crc32(question.encode("utf-8", "replace")) % 4 < _SHY_OF:
        return ABSTENTION if sources else "I would rather not say."
    if not sources:
        return f"This is a fake model. You said: {' '.join(question.split()[:20])}"
    passage = find_passage(question, sources)
    return ABSTENTION if passage is None else _cite(passage, sources, behaviour)


def _find_asked(prompt: Prompt) -> str:
    """Return what is asked: by the last message, or before it, when that one only asks to answer once more."""
    earlier = "<question>" in prompt.text and "<question>" not in prompt.question
    return find_question(prompt.text if earlier else prompt.question)


def _cite(passage: Passage, sources: Sequence[Source], behaviour: Behaviour) -> str:
    number = passage.number
    if behaviour is Behaviour.WRONG_CITATION:
        # Another source when there is one, else a marker that points to nothing.
        others = [source.number for source in sources if source.number != number]
        number = others[0] if others else number + 1
    sentence = passage.text.rstrip(" .")
    text = f"{sentence} [{number}]."
    return f"{text} {HALLUCINATION} [{number}]." if behaviour is Behaviour.HALLUCINATION else text


def _call_tool(prompt: Prompt, behaviour: Behaviour) -> ToolCall:
    asked = content_words(prompt.question)

    def overlap(tool: Tool) -> int:
        return len(asked & content_words(f"{tool.name.replace('_', ' ')} {tool.description}"))

    tool = max(prompt.tools, key=overlap)
    return ToolCall(
        id=f"call_{get_id(prompt)}",
        name=tool.name,
        arguments=fill(tool.schema, prompt, behaviour),
    )
