"""A mark on the charts."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

MarkKind = Literal["label", "variant", "server", "deploy"]


@dataclass(frozen=True, slots=True)
class Mark:
    """Something that happened at a moment.

    `label`: a label was moved to another variant. `variant`: a variant was registered. `server`: the first server of
    another version of Answerable started. `deploy`: somebody said so, such as a pipeline. `app` None: all of them.
    """

    at: datetime
    kind: MarkKind
    text: str
    app: str | None = None
    variant: str | None = None
    by: str = ""
