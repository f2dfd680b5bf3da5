"""The fields that an app of any kind takes, and their values as text writes them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from answerable.answering.question import MAX_QUESTION
from answerable.apps.content import FieldType, InputField, VariantContent

FILES: frozenset[FieldType] = frozenset({"image", "document"})
"""The types whose values are files: bytes, an https address, or an image that is already loaded."""

_QUESTION = {"question": InputField(max_length=MAX_QUESTION, description="what to answer from the sources")}


def get_fields(content: VariantContent) -> Mapping[str, InputField]:
    """Return the declared fields; those of a `rag` app are the same for all."""
    return _QUESTION if content.kind == "rag" else content.input


def read_text(field: InputField | None, text: str) -> Any:
    """Return the value that a form field or an option of the command line means.

    A number, a truth value, a list and an object are written as JSON. What is not stays a text, and so does the
    value of an unknown field: the check of the input then says what is accepted.
    """
    if field is None or field.type == "string" or field.type in FILES:
        return text
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return text


def read_bytes(field: InputField | None, data: bytes) -> Any:
    """Return the value that a file means: itself for an image or a document, its text (UTF-8) for another field."""
    if field is not None and field.type in FILES:
        return data
    return read_text(field, data.decode("utf-8-sig", "replace"))
