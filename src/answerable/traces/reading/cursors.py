"""Where a page ended: the key of its last run, as an opaque text."""

from __future__ import annotations

import base64
import binascii
import re
from datetime import UTC, datetime, timedelta
from typing import Final, NamedTuple

from answerable.core.errors import InvalidInput
from answerable.traces.types import Trace

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_LAST: Final = datetime(9999, 1, 1, tzinfo=UTC)
"""No run begins so late that nothing could come after it."""
_BODY: Final = re.compile(r"(-?[0-9]{1,18})\.([0-9a-f]{32})\.([0-9a-f]{16})")


class RunKey(NamedTuple):
    """What runs are ordered by, and found by at once. No two runs have the same."""

    started_at: datetime
    trace_id: str
    span_id: str


def to_key(trace: Trace) -> RunKey:
    return RunKey(trace.started_at, trace.id, trace.span_id)


def to_cursor(key: RunKey) -> str:
    microseconds = (key.started_at - _EPOCH) // timedelta(microseconds=1)
    return (
        base64.urlsafe_b64encode(f"{microseconds}.{key.trace_id}.{key.span_id}".encode()).decode().rstrip("=")
    )


def read_cursor(text: str) -> RunKey:
    """Return the key in a cursor. Raises InvalidInput for anything that `to_cursor` did not make."""
    try:
        body = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)).decode("ascii")
        found = _BODY.fullmatch(body)
        if found is None:
            raise ValueError(body)
        moment = _EPOCH + timedelta(microseconds=int(found[1]))
        if moment >= _LAST:
            raise ValueError(body)
        return RunKey(moment, found[2], found[3])
    except (ValueError, OverflowError, binascii.Error) as error:
        raise InvalidInput(
            "`after` is not what a page gave as `next`.",
            hint="Leave it out to begin with the newest run.",
            code="invalid_cursor",
        ) from error
