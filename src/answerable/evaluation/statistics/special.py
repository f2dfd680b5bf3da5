"""`scipy.special`, imported when the first of its functions is used: it takes a fifth of a second.

Every command builds the services, and few of them compute an interval.
"""

from __future__ import annotations

from importlib import import_module
from typing import Any


def __getattr__(name: str) -> Any:
    return getattr(import_module("scipy.special"), name)
