"""The `gate:` and `evaluators:` blocks of an app's file."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from answerable.apps.files.places import Node, Problems
from answerable.apps.files.validation import add_invalid
from answerable.apps.gate_settings import GateRule, GateSpec

_SPEC = TypeVar("_SPEC", bound=BaseModel)
_MAX_EVALUATORS = 50


def read_gate(node: Node, problems: Problems) -> GateSpec:
    """Return the block; where something is wrong with it that is among the problems."""
    if node.value is None:
        return GateSpec()
    if not isinstance(node.value, Mapping):
        problems.add(node, "`gate` is not a mapping.", f"There are {', '.join(GateSpec.model_fields)}.")
        return GateSpec()
    before = problems.errors
    _check_rules(node.entries.get("rules"), problems)
    written = {key: entry for key, entry in node.entries.items() if entry.value is not None}
    if problems.errors > before:
        written.pop("rules")
    return _validate(GateSpec, Node(written, node.file, node.line), problems) or GateSpec()


ListFaults = Callable[[Sequence[Any]], Sequence[tuple[int, str]]]
"""Returns the number of each entry that is no evaluator, from 0, with what is wrong."""


def read_evaluators(
    node: Node, problems: Problems, *, list_faults: ListFaults | None = None
) -> tuple[Any, ...]:
    """Return the entries as they are written: the name of a kind, or a kind with its options below it.

    Which kinds there are, and their options, only `list_faults` knows.
    """
    before = problems.errors
    if node.value is None:
        return ()
    if not node.is_list or len(node.items) > _MAX_EVALUATORS:
        message = f"`evaluators` is not a list of at most {_MAX_EVALUATORS}."
        problems.add(node, message, "Write one to a line: `- exact`.")
        return ()
    for item in node.items:
        named = isinstance(item.value, str) or (isinstance(item.value, Mapping) and len(item.entries) == 1)
        if not named:
            problems.add(
                item,
                "An evaluator is the name of its kind, or its kind with options below it.",
                "Write `- exact`, or `- contains: {ignore_case: true}`.",
            )
    entries = tuple(item.to_plain() for item in node.items)
    if list_faults is not None and problems.errors == before:
        for index, fault in list_faults(entries):
            problems.add(node.items[index], fault)
    return entries


def _check_rules(node: Node | None, problems: Problems) -> None:
    """Check each rule on its own, so that its own keys are suggested."""
    if node is None or node.value is None:
        return
    if not node.is_list:
        problems.add(node, "`rules` is not a list.", "Write one to a line: `- metric: exact`.")
        return
    for item in node.items:
        if isinstance(item.value, Mapping):
            _validate(GateRule, item, problems)
        else:
            problems.add(
                item, "A rule is a mapping.", "Write `- metric: exact`, and `margin: 0.02` below it."
            )


def _validate(model: type[_SPEC], node: Node, problems: Problems) -> _SPEC | None:
    try:
        return model.model_validate_json(json.dumps(node.to_plain()), strict=True)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        if first["loc"]:
            add_invalid(error, node, problems, known=tuple(model.model_fields))
        else:
            problems.add(node, f"{first['msg'].removeprefix('Value error, ')}.")
        return None
