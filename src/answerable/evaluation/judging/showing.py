"""What a judge is shown of a case: plain texts by name; each judge gets those that its app declares."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any, Final

from answerable.datasets.types import Example, Turn
from answerable.evaluation.types import Case, Output, Passage

EMPTY: Final = "(empty)"
"""What is shown of an answer or a question without any text: an app takes no empty one."""


def show_case(case: Case, *, rubric: str = "") -> dict[str, str]:
    """Return everything that there is to show; `expected` is empty where nothing is, `sources` without passages."""
    return {
        "question": show_question(case.example.input) or EMPTY,
        "input": json.dumps(dict(case.example.input), ensure_ascii=False, default=_name_file),
        "answer": show_answer(case.output) or EMPTY,
        "expected": show_expected(case.example),
        "sources": show_passages(case.output.passages),
        "conversation": show_turns(list_turns(case)),
        "rubric": rubric,
    }


def show_question(values: Mapping[str, Any]) -> str:
    """Return what was asked as text: the question, the only text there is, or all variables."""
    question = values.get("question")
    if isinstance(question, str):
        return question
    if len(values) == 1 and isinstance(only := next(iter(values.values())), str):
        return only
    return "\n".join(f"{name}: {_show(value)}" for name, value in values.items())


def show_answer(output: Output) -> str:
    """Return the answer's text, else its JSON."""
    if output.text or output.data is None:
        return output.text
    return json.dumps(output.data, ensure_ascii=False)


def show_expected(example: Example) -> str:
    """Return what is expected in words: the text or JSON, with those that are as good; or that none is to be given."""
    if example.refuse:
        return "The right answer is to say that it cannot be answered."
    texts = [] if example.expected is None else [_show(example.expected)]
    return "\nor: ".join([*texts, *example.acceptable])


def show_passages(passages: Sequence[Passage]) -> str:
    """Return the passages with their numbers, as the markers of the answer name them."""
    return "\n\n".join(f"[{number}] {passage.text}" for number, passage in enumerate(passages, 1))


def show_turns(turns: Sequence[Turn]) -> str:
    return "\n\n".join(f"{turn.role.upper()}: {turn.text}" for turn in turns)


def list_turns(case: Case) -> tuple[Turn, ...]:
    """Return the conversation: the target's own where it held one, else what went before, the question, the answer."""
    if case.output.turns:
        return case.output.turns
    asked = Turn("user", show_question(case.example.input))
    return (*case.example.history, asked, Turn("assistant", show_answer(case.output)))


def _show(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=_name_file)


def _name_file(value: object) -> str:
    return f"({type(value).__name__}, not shown)"
