"""From the entries of a file or a command line to specs, with everything that is wrong said at once."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from answerable.core.closeness import suggest
from answerable.core.errors import FieldProblem, InvalidFields
from answerable.evaluation.evaluators.kind import Kind
from answerable.evaluation.evaluators.registry import KINDS
from answerable.evaluation.evaluators.spec import EvaluatorSpec

_HOW: Final = "Write `- exact` or `- contains: {ignore_case: true}`."
_ELSEWHERE: Final = {
    "equals": "exact",
    "equals_expected": "exact",
    "equalsexpected": "exact",
    "bleu": "rouge_l",
    "rouge": "rouge_l",
    "f1": "squad",
    "em": "squad",
    "ndcg": "retrieval",
    "recall": "retrieval",
    "mrr": "retrieval",
    "embedding": "similarity",
    "semantic_similarity": "similarity",
    "json": "json_fields",
    "llm_judge": "judge",
    "llmjudge": "judge",
    "rubric": "judge",
    "maxduration": "latency",
}
"""What other tools, and people, call the same."""


def read_specs(entries: Sequence[Any]) -> tuple[EvaluatorSpec, ...]:
    """Return the specs. Raises InvalidFields with every problem; `at` is as `[2].contains.ignore_case`."""
    if isinstance(entries, str) or not isinstance(entries, Sequence):
        raise InvalidFields("The evaluators are not valid", [FieldProblem("", f"They are a list. {_HOW}")])
    read = [_read(entry, f"[{number}]") for number, entry in enumerate(entries)]
    problems = [found for found in read if not isinstance(found, EvaluatorSpec)]
    if problems:
        raise InvalidFields(
            "The evaluators are not valid",
            [problem for group in problems for problem in group],
            hint=f"There are {', '.join(KINDS)}.",
            code="bad_evaluators",
        )
    return tuple(found for found in read if isinstance(found, EvaluatorSpec))


def _read(entry: Any, at: str) -> EvaluatorSpec | list[FieldProblem]:
    if isinstance(entry, str):
        entry = _read_text(entry)
    if not isinstance(entry, Mapping) or len(entry) != 1:
        return [FieldProblem(at, f"An evaluator is a name, or a name with its options. {_HOW}")]
    ((name, told),) = entry.items()
    kind = KINDS.get(name) if isinstance(name, str) else None
    if kind is None:
        return [FieldProblem(at, f"There is no evaluator {name!r}. {_suggest(str(name))}".strip())]
    return _read_options(name, kind, told, f"{at}.{name}")


def _read_text(text: str) -> Mapping[str, Any]:
    """Return the entry of `exact`, or of `contains:hello`: the bare value of `contains`."""
    kind, colon, value = text.partition(":")
    return {kind: value if colon else {}}


def _suggest(name: str) -> str:
    written = name.lower().replace("-", "_")
    if written in _ELSEWHERE:
        return f"Did you mean {_ELSEWHERE[written]!r}?"
    close = suggest(written, KINDS)
    return close or "There is `python` for one of your own."


def _read_options(name: str, kind: Kind[Any], told: Any, at: str) -> EvaluatorSpec | list[FieldProblem]:
    if told is None:
        told = {}
    if not isinstance(told, Mapping):
        if kind.short is None:
            return [FieldProblem(at, f"Its options are a mapping: {', '.join(kind.options.model_fields)}.")]
        told = {kind.short: told}
    try:
        options = kind.options.model_validate(dict(told))
    except ValidationError as error:
        return list(_explain(error.errors(include_url=False), kind, at))
    return EvaluatorSpec(name, options.model_dump(mode="json", exclude_defaults=True))


def _explain(errors: Sequence[ErrorDetails], kind: Kind[Any], at: str) -> Iterator[FieldProblem]:
    known = kind.options.model_fields
    for error in errors:
        place = ".".join([at, *map(str, error["loc"])])
        if error["type"] == "extra_forbidden":
            name = str(error["loc"][-1])
            hint = suggest(name, known) or f"There are {', '.join(known)}."
            yield FieldProblem(place, f"There is no such option. {hint}")
        else:
            yield FieldProblem(place, f"{error['msg'].removeprefix('Value error, ')}.".replace("..", "."))
