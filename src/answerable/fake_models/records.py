"""What the server was asked, for tests that count calls and watch connections close."""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Literal

from starlette.types import Scope

KEPT = 1000

State = Literal["open", "answered", "failed", "disconnected"]


@dataclass(slots=True)
class RequestRecord:
    """One request. `state` is `disconnected` when the caller hung up before the answer was complete.

    `caller` is the caller's end of the connection: equal for requests over the same one.
    """

    number: int
    path: str
    caller: str = ""
    model: str = ""
    behaviour: str = ""
    stream: bool = False
    inputs: int = 1
    state: State = "open"
    bytes_sent: int = 0
    traceparent: str = ""


class Records:
    """The last requests, oldest first, how many there were since the last reset, and the body of the very last."""

    def __init__(self) -> None:
        self.total = 0
        self.last_body: Mapping[str, Any] | None = None
        self._kept: deque[RequestRecord] = deque(maxlen=KEPT)

    def start(self, scope: Scope) -> RequestRecord:
        self.total += 1
        host, port = scope.get("client") or ("", 0)
        traceparent = dict(scope["headers"]).get(b"traceparent", b"").decode("latin-1")
        record = RequestRecord(self.total, scope["path"], f"{host}:{port}", traceparent=traceparent)
        self._kept.append(record)
        return record

    def reset(self) -> None:
        self.total = 0
        self.last_body = None
        self._kept.clear()

    def as_json(self) -> dict[str, Any]:
        return {"total": self.total, "requests": [asdict(record) for record in self._kept]}
