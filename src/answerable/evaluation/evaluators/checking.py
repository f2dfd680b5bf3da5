"""What is wrong with the evaluators of a file, entry by entry."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from answerable.core.errors import InvalidFields
from answerable.evaluation.evaluators.reading import read_specs

_ENTRY = re.compile(r"\[(\d+)\]\.?(.*)")


def list_faults(entries: Sequence[Any]) -> list[tuple[int, str]]:
    """Return the number of each entry that is no evaluator, from 0, with what is wrong; one with two faults twice."""
    try:
        read_specs(entries)
    except InvalidFields as error:
        found = [(_ENTRY.fullmatch(one.at), one.problem) for one in error.problems]
        return [
            (int(at[1]), f"{at[2]}: {problem}" if at[2] else problem)
            for at, problem in found
            if at is not None
        ]
    return []
