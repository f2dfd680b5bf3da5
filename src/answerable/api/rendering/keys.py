"""Keys as JSON."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from answerable.access.types import ApiKey


def render_key(key: ApiKey) -> dict[str, Any]:
    return {**asdict(key), "groups": None if key.groups is None else sorted(key.groups)}
