"""What evaluators may need of the rest of the system. It comes in as callables: evaluation knows none of it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from answerable.evaluation.judging.types import AskJudge, FindJudge
from answerable.evaluation.types import Passage, Sentence

Vectors = NDArray[np.float32]

Embed = Callable[[Sequence[str]], Awaitable[Vectors]]
"""Turns texts into vectors: shape (len(texts), dimensions), rows of unit length. Raises ServiceError."""

Verify = Callable[[str, Sequence[Passage]], Awaitable[Sequence[Sentence]]]
"""Holds each sentence of a text against the passages that its markers name; one that has none, against all of them.

The sentences come in the order of the text. One that claims nothing is `unchecked`. Raises ServiceError.
"""


@dataclass(frozen=True, slots=True)
class EvaluatorContext:
    """Everything that an evaluator may ask for. What is None is not to be had; opening what needs it is refused.

    `embedder` and `verifier` name the two: scores of another one are scores of another version. `workspace` is the
    folder that paths of Python files start from.
    """

    embed: Embed | None = None
    embedder: str = ""
    verify: Verify | None = None
    verifier: str = ""
    ask_judge: AskJudge | None = None
    find_judge: FindJudge | None = None
    workspace: Path | None = None
