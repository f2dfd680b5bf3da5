"""What a format of an export is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from answerable.traces.types import Trace


class Encoder(Protocol):
    """Writes one file piece by piece. Both methods take a while, so they run off the event loop."""

    def encode(self, traces: Sequence[Trace]) -> bytes:
        """Return the next bytes of the file; there may be none yet."""
        ...

    def finish(self) -> bytes:
        """Return the last bytes."""
        ...


@dataclass(frozen=True, slots=True)
class Format:
    """`module` has a function `create_encoder`; `extra` is what must be installed for it, if anything."""

    module: str
    media_type: str
    suffix: str
    extra: str | None = None
