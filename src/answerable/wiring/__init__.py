"""The composition root: settings -> database -> clients -> services. Plain constructor calls, one context manager."""

from answerable.settings import FILE_NAME, STATE_FOLDER, Settings, load_settings
from answerable.wiring.opening import open_services
from answerable.wiring.services import Services, load_workspace_apps

__all__ = [
    "FILE_NAME",
    "STATE_FOLDER",
    "Services",
    "Settings",
    "load_settings",
    "load_workspace_apps",
    "open_services",
]
