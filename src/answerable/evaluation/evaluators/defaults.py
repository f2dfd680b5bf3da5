"""The evaluators of a run that names none: by the kind of the app, and by what the examples say."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final, Literal

from answerable.datasets.types import Example
from answerable.evaluation.evaluators.numeric import list_numbers
from answerable.evaluation.evaluators.references import is_plain, list_references
from answerable.evaluation.evaluators.spec import EvaluatorSpec
from answerable.evaluation.evaluators.token_lists import split_words

AppKind = Literal["prompt", "rag", "agent"]

_MEASURES: Final = ("latency", "cost", "tokens")
_SHORT: Final = 6
"""Words up to which an expected text is a short answer, of which the words count and not the wording."""
_LABEL: Final = 2
"""Words up to which an expected text of a `prompt` app is a label, which is right or wrong."""


def default_specs(kind: AppKind | None, examples: Sequence[Example]) -> tuple[EvaluatorSpec, ...]:
    """Return what fits the app and the examples, none of it a judge; `kind` None is what is no app of ours."""
    answered = [example for example in examples if not example.refuse]
    texts = [text for example in answered for text in list_references(example) if text.strip()]
    kinds: list[str] = [*_choose_json(answered), *_choose_text(kind, texts)]
    if any(example.evidence for example in examples):
        kinds.append("retrieval")
    if kind == "rag":
        kinds.append("grounding")
    if kind == "rag" or any(example.refuse for example in examples):
        kinds.append("refusal")
    if any(example.tool_calls for example in examples):
        kinds.append("tool_calls")
    return tuple(map(EvaluatorSpec, [*dict.fromkeys(kinds), *_MEASURES]))


def _choose_json(examples: Sequence[Example]) -> list[str]:
    expected = [
        example.expected
        for example in examples
        if example.expected is not None and not is_plain(example.expected)
    ]
    chosen = ["json_fields"] if any(isinstance(value, Mapping) for value in expected) else []
    return [*chosen, "exact"] if any(not isinstance(value, Mapping) for value in expected) else chosen


def _choose_text(kind: AppKind | None, texts: Sequence[str]) -> list[str]:
    """Return what fits the most of the texts: numbers, labels, short answers, or whole ones."""
    if not texts:
        return []
    if all(_is_number(text) for text in texts):
        return ["numeric"]
    longest = sorted(len(split_words(text)) for text in texts)[len(texts) // 2]
    if kind == "prompt" and longest <= _LABEL:
        return ["exact", "contains"]
    return ["squad", "contains"] if longest <= _SHORT else ["rouge_l", "similarity"]


def _is_number(text: str) -> bool:
    return len(list_numbers(text)) == 1 and len(split_words(text)) <= _LABEL
