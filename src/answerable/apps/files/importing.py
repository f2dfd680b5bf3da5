"""Python files of a workspace, run as modules.

Reading one runs the user's own code, as importing a module does. It runs alone: nothing that it imports from the
workspace stays imported, so that the next reading sees what the files say then.
"""

from __future__ import annotations

import importlib
import sys
import threading
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from types import ModuleType

_IMPORTING = threading.Lock()


@dataclass(frozen=True, slots=True)
class Fault:
    """What went wrong in a module, and where in the workspace."""

    what: str
    file: str
    line: int


@contextmanager
def importing(root: Path) -> Iterator[None]:
    """Let imports find the workspace first, and leave nothing of that behind."""
    with _IMPORTING:
        path, modules, bytecode = list(sys.path), dict(sys.modules), sys.dont_write_bytecode
        sys.path.insert(0, str(root))
        sys.dont_write_bytecode = True
        importlib.invalidate_caches()
        try:
            yield
        finally:
            sys.path[:] = path
            sys.dont_write_bytecode = bytecode
            _forget(root.resolve(), modules)


def run_module(name: str, file: Path) -> ModuleType:
    """Run a `.py` file as the module of that name, whatever else of that name is installed; inside `importing`."""
    spec = spec_from_file_location(name, file)
    if spec is None or spec.loader is None:
        raise ImportError(f"{file.name} is no Python module")
    module = module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    return module


def list_imported(root: Path) -> list[Path]:
    """Return the workspace's own files that are imported now; inside `importing`, those that a module runs with."""
    top = root.resolve()
    found = {Path(file).resolve() for module in list(sys.modules.values()) if (file := _find_file(module))}
    return sorted(file for file in found if _is_inside(file, top))


def find_fault(error: BaseException, file: Path, root: Path) -> Fault:
    """Return what an error of a module comes to: its last place in the workspace, `file` where it has none there."""
    top = root.resolve()
    places = [(frame.filename, frame.lineno) for frame in traceback.extract_tb(error.__traceback__)]
    if isinstance(error, SyntaxError) and error.filename:
        places.append((error.filename, error.lineno))
    inside = [(Path(name), line) for name, line in places if _is_inside(Path(name), top)]
    last, line = inside[-1] if inside else (file, 1)
    what = f"{type(error).__name__}: {error}".partition("\n")[0][:300]
    return Fault(what, last.relative_to(top).as_posix(), line or 1)


def _forget(root: Path, before: dict[str, ModuleType]) -> None:
    """Take the workspace's modules out again; libraries that they imported stay, as importing them twice may fail."""
    for name, module in list(sys.modules.items()):
        file = _find_file(module)
        if before.get(name) is module or not file or not _is_inside(Path(file).resolve(), root):
            continue
        if name in before:
            sys.modules[name] = before[name]
        else:
            del sys.modules[name]


def _find_file(module: ModuleType) -> str | None:
    return getattr(module, "__file__", None)


def _is_inside(file: Path, root: Path) -> bool:
    """Whether a file is the workspace's own, and not of an environment that lies in it."""
    return file.is_relative_to(root) and "site-packages" not in file.parts
