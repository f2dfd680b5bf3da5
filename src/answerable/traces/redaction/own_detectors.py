"""Detectors that the workspace brings: `[traces] detectors = ["my_module:find"]`.

The module is a file of the workspace or an installed package. `find(text)` returns `(start, end, label)` for each
stretch that is not to be kept; rules know no names of people or places, a model of the user's may.
"""

from __future__ import annotations

import importlib
import sys
from collections.abc import Sequence
from pathlib import Path

from answerable.core.errors import SetupError
from answerable.traces.redaction.types import OwnDetector

_HINT = "Write MODULE:FUNCTION; the module is a .py file of the workspace or an installed package."


def load_detectors(paths: Sequence[str], *, workspace: Path) -> tuple[OwnDetector, ...]:
    """Import the detectors. Runs the user's code. Raises SetupError."""
    if not paths:
        return ()
    folder = str(workspace.resolve())
    if folder not in sys.path:
        sys.path.append(folder)  # it stays: a detector may import when it is called
    return tuple(_load(path) for path in paths)


def _load(path: str) -> OwnDetector:
    module_name, _, name = path.partition(":")
    if not name.isidentifier() or not all(part.isidentifier() for part in module_name.split(".")):
        raise SetupError(f"{path!r} in [traces] detectors does not name a function.", hint=_HINT)
    try:
        module = importlib.import_module(module_name)
    except Exception as error:
        raise SetupError(
            f"The detector {path!r} cannot be imported: {type(error).__name__}: {error}.", hint=_HINT
        ) from error
    find = getattr(module, name, None)
    if not callable(find):
        raise SetupError(f"The module {module_name!r} has no function {name!r}.", hint=_HINT)
    return OwnDetector(path, find)
