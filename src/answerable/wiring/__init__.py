"""The composition root: settings -> database -> clients -> services. Plain constructor calls, one context manager.

A name is imported when it is asked for, so that a command which needs one service does not import what the others
stand on.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from answerable.settings import FILE_NAME, STATE_FOLDER, Settings, load_settings
    from answerable.wiring.apps import open_apps_alone
    from answerable.wiring.keys import open_access, open_audit
    from answerable.wiring.opening import open_services
    from answerable.wiring.searching import open_search
    from answerable.wiring.services import Services, load_workspace_apps
    from answerable.wiring.usage import open_usage

__all__ = [
    "FILE_NAME",
    "STATE_FOLDER",
    "Services",
    "Settings",
    "load_settings",
    "load_workspace_apps",
    "open_access",
    "open_apps_alone",
    "open_audit",
    "open_search",
    "open_services",
    "open_usage",
]

_PLACES = {
    "FILE_NAME": "settings",
    "STATE_FOLDER": "settings",
    "Settings": "settings",
    "load_settings": "settings",
    "open_apps_alone": "wiring.apps",
    "open_access": "wiring.keys",
    "open_audit": "wiring.keys",
    "open_services": "wiring.opening",
    "open_search": "wiring.searching",
    "Services": "wiring.services",
    "load_workspace_apps": "wiring.services",
    "open_usage": "wiring.usage",
}


def __getattr__(name: str) -> Any:
    """Import what is asked for by its name."""
    if name not in _PLACES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"answerable.{_PLACES[name]}"), name)
