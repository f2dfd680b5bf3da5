"""JSON as an answer: filled from what the user said, or spoiled on demand."""

from __future__ import annotations

import json
from typing import Any, Final

from answerable.fake_models.behaviours import Behaviour
from answerable.fake_models.exchange import ANY_OBJECT, Json, Prompt
from answerable.fake_models.questions import find_question
from answerable.fake_models.samples import sample

NO_JSON: Final = "I would rather not put this into JSON."
_SCHEMA_FOLLOWS: Final = "compatible with this schema:"
"""What stands before a schema in the prompt, in the words of Pydantic AI."""
_ASKED_AGAIN: Final = "does not fit"
"""What a message says that asks to answer once more; it holds complaints, nothing to fill a form from."""


def find_json(prompt: Prompt, behaviour: Behaviour) -> str | None:
    """Return the JSON that the prompt asks for, None when it asks for none.

    A schema that stands in the prompt alone gets its JSON in a fence: that is what such models are like.
    """
    schema, is_fenced = prompt.schema, False
    if schema is None or schema is ANY_OBJECT:
        said = _find_said_schema(prompt.text)
        schema, is_fenced = said or schema, schema is None
    if schema is None:
        return None
    if behaviour is Behaviour.NEVER_VALID:
        return NO_JSON
    text = json.dumps(fill(schema, prompt, behaviour), ensure_ascii=False)
    return f"```json\n{text}\n```" if is_fenced else text


def fill(schema: Json, prompt: Prompt, behaviour: Behaviour) -> Any:
    """Return a value of the schema, out of what was last said: by name, else its gist, for a tool the question."""
    if behaviour is Behaviour.NEVER_VALID:
        return {}
    asked = next((text for text in reversed(prompt.said) if _ASKED_AGAIN not in text), "")
    value = sample(schema, asked, gist=find_question(asked) if prompt.tools else None)
    return _spoil(value) if behaviour is Behaviour.INVALID_OUTPUT else value


def _spoil(value: Any) -> Any:
    """Return what fits no schema that the value fits: every field holds what it must not."""
    if not isinstance(value, dict) or not value:
        return [value]
    return {key: "none" if isinstance(inner, dict | list) else [inner] for key, inner in value.items()}


def _find_said_schema(text: str) -> Json | None:
    start = text.rfind(_SCHEMA_FOLLOWS)
    if start < 0:
        return None
    rest = text[start + len(_SCHEMA_FOLLOWS) :].lstrip()
    try:
        found, _ = json.JSONDecoder().raw_decode(rest)
    except ValueError:
        return None
    return found if isinstance(found, dict) else None
