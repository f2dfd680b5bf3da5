"""The JSON objects of a stream of server-sent events, as chat completions use them: one object on one line."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from typing import Any

from pydantic_core import from_json

_DATA = b"data:"
_DONE = b"[DONE]"
_LONGEST_LINE = 8 * 1024 * 1024


class EventReader:
    """Cuts the bytes of a response into events. `done` is set by the marker that ends the stream, `seen` by any event.

    Everything that is not data, such as comments and names of events, means nothing in this format.
    """

    def __init__(self, chunks: AsyncIterator[bytes]) -> None:
        self.done = False
        self.seen = False
        self._chunks = chunks
        self._rest = b""

    async def read(self) -> list[bytes] | None:
        """Return the events that came with the next read of the connection, None at its end.

        Raises ValueError for a line without an end.
        """
        chunk = await anext(self._chunks, None)
        if chunk is None:
            return None
        *lines, self._rest = (self._rest + chunk).split(b"\n")
        if len(self._rest) > _LONGEST_LINE:
            raise ValueError("a line of the stream does not end")
        return list(self._find_data(lines))

    def _find_data(self, lines: list[bytes]) -> Iterator[bytes]:
        for line in lines:
            if not line.startswith(_DATA):
                continue
            self.seen = True
            data = line[len(_DATA) :].strip()
            if data.startswith(_DONE):
                self.done = True
                return
            yield data


def parse_event(data: bytes) -> dict[str, Any]:
    """Return the object of an event. Raises ValueError for what is none."""
    value = from_json(data)
    if not isinstance(value, dict):
        raise ValueError("an event of the stream is not an object")
    return value
