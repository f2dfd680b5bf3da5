"""What the server was asked, for tests that count calls and watch connections close."""

from __future__ import annotations

from collections import deque
from dataclasses import asdict, dataclass
from typing import Any, Literal

KEPT = 1000

State = Literal["open", "answered", "failed", "disconnected"]


@dataclass(slots=True)
class RequestRecord:
    """One request. `state` is `disconnected` when the caller hung up before the answer was complete."""

    number: int
    path: str
    model: str = ""
    behaviour: str = ""
    stream: bool = False
    inputs: int = 1
    state: State = "open"
    bytes_sent: int = 0


class Records:
    """The last requests, oldest first, and how many there were since the last reset."""

    def __init__(self) -> None:
        self.total = 0
        self._kept: deque[RequestRecord] = deque(maxlen=KEPT)

    def start(self, path: str) -> RequestRecord:
        self.total += 1
        record = RequestRecord(number=self.total, path=path)
        self._kept.append(record)
        return record

    def reset(self) -> None:
        self.total = 0
        self._kept.clear()

    def as_json(self) -> dict[str, Any]:
        return {"total": self.total, "requests": [asdict(record) for record in self._kept]}
