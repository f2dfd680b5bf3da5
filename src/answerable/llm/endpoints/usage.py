"""Tokens as OpenAI's chat completions report them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from answerable.llm.types import Usage


def read_usage(counted: Mapping[str, Any] | None) -> Usage | None:
    """Return the `usage` of a completion, None when the server did not count.

    https://platform.openai.com/docs/api-reference/chat/object: the details are contained in the two sums.
    """
    if not counted:
        return None
    asked = counted.get("prompt_tokens_details") or {}
    written = counted.get("completion_tokens_details") or {}
    return Usage(
        input_tokens=counted.get("prompt_tokens") or 0,
        output_tokens=counted.get("completion_tokens") or 0,
        cached_input_tokens=asked.get("cached_tokens") or 0,
        cache_write_tokens=asked.get("cache_write_tokens") or 0,
        reasoning_tokens=written.get("reasoning_tokens") or 0,
        image_tokens=asked.get("image_tokens") or 0,
    )
