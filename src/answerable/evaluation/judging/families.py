"""Families of models: a judge tends to prefer what one of its own family wrote.

A. Panickssery, S. Bowman, S. Feng, "LLM Evaluators Recognize and Favor Their Own Generations", 2024.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final

_FAMILIES: Final[dict[str, str]] = {
    "gpt": r"gpt|chatgpt|o[1-9](?=\b|-)|davinci",
    "claude": r"claude",
    "gemini": r"gemini|gemma|palm",
    "llama": r"llama|vicuna|alpaca",
    "mistral": r"mistral|mixtral|ministral|magistral|codestral",
    "qwen": r"qwen|qwq",
    "deepseek": r"deepseek",
    "grok": r"grok",
    "command": r"command-?[ar]|\baya\b",
    "nova": r"\bnova\b",
    "phi": r"\bphi-?\d",
    "fake": r"\bfake\b",
}
_PATTERNS: Final = {family: re.compile(rf"(?:^|[^a-z])(?:{words})") for family, words in _FAMILIES.items()}


def find_family(model: str) -> str | None:
    """Return the family of a model's name (`openai:gpt-5-mini` is a gpt, whoever serves it), None where unknown."""
    name = model.lower()
    plain = name.rpartition(":")[2] if name.count(":") == 1 else name
    return next(
        (family for family, pattern in _PATTERNS.items() if pattern.search(plain) or pattern.search(name)),
        None,
    )


def find_self_preference(judges: Iterable[str], judged: str) -> str:
    """Return the warning of a judge that may be of the family that it judges; empty where none is."""
    family = find_family(judged)
    if not judged or judged.startswith("local:"):
        return ""
    for judge in judges:
        if judge == judged:
            return f"The judge and the judged are one model, {judge}: it may favour its own words."
        if family is not None and find_family(judge) == family:
            return f"The judge {judge} is of the family of {judged}: it may favour words like its own."
    return ""
