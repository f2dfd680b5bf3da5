"""How many tokens a model takes, by what its server tells of it. No standard has this: each server has its own word."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final, TypeGuard

_FIELDS: Final = (
    "max_model_len",  # vLLM, SGLang
    "context_length",  # OpenRouter, Together
    "context_window",  # Groq
    "max_context_length",  # Mistral
)
_META_FIELDS: Final = ("n_ctx", "n_ctx_train")
"""llama.cpp's, under `meta`: what the server was started with, then what the model was trained for."""
_NUM_CTX: Final = re.compile(r"^num_ctx\s+(\d+)\s*$", re.MULTILINE)


def find_context(entry: Mapping[str, Any]) -> int | None:
    """Return what an entry of `GET /models` says, None where it says nothing that could be a number of tokens."""
    meta = entry.get("meta")
    inner = meta if isinstance(meta, Mapping) else {}
    found = (*(entry.get(field) for field in _FIELDS), *(inner.get(field) for field in _META_FIELDS))
    return next((value for value in found if _is_count(value)), None)


def find_shown_context(shown: object) -> int | None:
    """Return what Ollama's answer to `POST /api/show` says: its `num_ctx` where it was given one, else the model's."""
    if not isinstance(shown, Mapping):
        return None
    if given := _NUM_CTX.search(str(shown.get("parameters") or "")):
        return int(given[1]) or None
    info = shown.get("model_info")
    if not isinstance(info, Mapping):
        return None
    value = info.get(f"{info.get('general.architecture')}.context_length")
    return value if _is_count(value) else None


def _is_count(value: object) -> TypeGuard[int]:
    return isinstance(value, int) and not isinstance(value, bool) and value > 0
