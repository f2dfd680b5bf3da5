"""A saved view."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any


@dataclass(frozen=True, slots=True)
class SavedView:
    """A filter as it was written (see `reading.queries`), so that `since=7d` means another week each time.

    `by` is who saved it last.
    """

    name: str
    query: Mapping[str, Any]
    by: str
    updated_at: datetime
