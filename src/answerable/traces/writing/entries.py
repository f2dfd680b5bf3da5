"""What goes to the database, or to the file first: rows that are ready for COPY, and what the roll-ups need of them."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from typing import Final, NamedTuple

from answerable.traces.rollups.facts import Facts
from answerable.traces.writing.copy_text import NULL

TRACE_COLUMNS: Final = (
    "id, span_id, started_at, keep_days, duration_ms, first_token_ms, app, variant, variant_hash, label, purpose,"
    " status, key_id, user_id, conversation_id, collection, model, input, output, raw, sources, citations, attempts,"
    " timings, usage, cost_usd, saved_usd, cached, abstained, verdicts, retrieval_score, thumb, accepted, error_code,"
    " error_detail"
)
SPAN_COLUMNS: Final = "trace_id, part, received_at, keep_days, service, spans, contents"
_FORMAT: Final = 2
_WITHOUT_CONTENTS: Final = 1
"""The format of earlier releases: `spans` has no column `contents`."""


class Entry(NamedTuple):
    """A run with its spans, or spans alone.

    `trace` is a line of COPY with `TRACE_COLUMNS`, empty for spans alone; `spans` are lines with `SPAN_COLUMNS`. `day`
    (ISO, UTC) and `keep_days` name the partition. `began` is the Unix time that an erasure is compared with.
    """

    trace_id: str
    span_id: str
    keep_days: int
    day: str
    began: float
    trace: str
    spans: str
    facts: Facts | None
    erasure_keys: tuple[str, ...]

    @property
    def weight(self) -> int:
        """Return about how many bytes of memory it takes."""
        return len(self.trace) + len(self.spans) + 1000


def user_key(user: str) -> str:
    """Return what stands for a user in the list of what was erased, where no name may stand."""
    return f"user:{_digest(user)}"


def conversation_key(name: str, *, key_id: object, user: str) -> str:
    return f"conversation:{_digest('' if key_id is None else str(key_id), user, name)}"


def trace_key(trace_id: str) -> str:
    return f"trace:{trace_id}"


def dump_entries(entries: Sequence[Entry]) -> bytes:
    """Return the entries as one record of a file."""
    return json.dumps(
        {"format": _FORMAT, "entries": entries}, ensure_ascii=False, separators=(",", ":")
    ).encode()


def load_entries(record: bytes) -> list[Entry]:
    """Read what `dump_entries` wrote. Raises ValueError on anything else."""
    values = json.loads(record)
    if values["format"] not in (_FORMAT, _WITHOUT_CONTENTS):
        raise ValueError(f"format {values['format']!r} is not {_FORMAT}")
    entries = [
        Entry(*row)._replace(facts=None if row[7] is None else Facts(*row[7]), erasure_keys=tuple(row[8]))
        for row in values["entries"]
    ]
    if values["format"] == _FORMAT:
        return entries
    return [entry._replace(spans=entry.spans.replace("\n", f"\t{NULL}\n")) for entry in entries]


def _digest(*parts: str) -> str:
    """Return a digest of the parts; their lengths keep `a`, `bc` apart from `ab`, `c`."""
    text = "".join(f"{len(part)}:{part}" for part in parts)
    return hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()
