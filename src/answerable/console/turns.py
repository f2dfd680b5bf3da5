"""One question of a session and what has become of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from answerable.answering.types import Answer
from answerable.core.errors import AnswerableError
from answerable.knowledge.types import Hit

TurnState = Literal["searching", "writing", "done", "stopped", "failed"]


@dataclass(slots=True)
class Turn:
    """`text` grows while the answer streams; `answer` is there when it is done, `error` when it failed.

    `thumb` is what its reader gave it.
    """

    question: str
    collection: str
    app: str | None = None
    state: TurnState = "searching"
    sources: tuple[Hit, ...] = ()
    text: str = ""
    answer: Answer | None = None
    error: AnswerableError | None = None
    thumb: Literal["up", "down", "none"] = "none"

    @property
    def running(self) -> bool:
        return self.state in {"searching", "writing"}
