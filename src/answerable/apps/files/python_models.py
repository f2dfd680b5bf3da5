"""Output models written in Python: `module:Model`, where the module is a file of the workspace.

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
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from types import ModuleType
from typing import Any

from pydantic import TypeAdapter

from answerable.apps.files.workspace import FileRefused, WorkspaceFiles
from answerable.core.closeness import suggest

_IMPORTING = threading.Lock()
_HOW = "Write `python: MODULE:MODEL`, such as `models:Listing` for a class in models.py."


class ModelRefused(Exception):  # noqa: N818 - becomes a Problem where the model is named
    """A model that cannot be used; `file` and `line` where the fault is in the module itself."""

    def __init__(self, message: str, suggestion: str, *, file: str | None = None, line: int = 1) -> None:
        super().__init__(message)
        self.message = message
        self.suggestion = suggestion
        self.file = file
        self.line = line


def load_schema(path: str, files: WorkspaceFiles) -> tuple[dict[str, Any], str]:
    """Return the JSON Schema of the model and its name. Raises ModelRefused."""
    module_name, _, name = path.partition(":")
    parts = module_name.split(".")
    if not name.isidentifier() or not all(part.isidentifier() for part in parts):
        raise ModelRefused(f"{path!r} does not name a model.", _HOW)
    file = _find_module(parts, files)
    with _importing(files.root):
        try:
            module = _import(module_name, file)
            model = getattr(module, name, None)
            if model is None:
                raise ModelRefused(f"{module_name} has no {name!r}.", suggest(name, vars(module)))
            return TypeAdapter(model).json_schema(), name
        except ModelRefused:
            raise
        except (Exception, SystemExit) as error:
            raise _explain(error, path, file, files) from error


def _find_module(parts: list[str], files: WorkspaceFiles) -> Path:
    base = "/".join(parts)
    try:
        return files.find(f"{base}.py")
    except FileRefused as error:
        try:
            return files.find(f"{base}/__init__.py")
        except FileRefused:
            raise ModelRefused(error.message, error.suggestion or _HOW) from error


def _import(name: str, file: Path) -> ModuleType:
    """Run the file as the module of that name, whatever else of that name is installed."""
    spec = spec_from_file_location(name, file)
    if spec is None or spec.loader is None:
        raise ModelRefused(f"{file.name} is no Python module.", _HOW)
    module = module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    return module


@contextmanager
def _importing(root: Path) -> Iterator[None]:
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


def _forget(root: Path, before: dict[str, ModuleType]) -> None:
    """Take the workspace's modules out again; libraries that they imported stay, as importing them twice may fail."""
    for name, module in list(sys.modules.items()):
        file = getattr(module, "__file__", None)
        if before.get(name) is module or not file or not _is_inside(Path(file).resolve(), root):
            continue
        if name in before:
            sys.modules[name] = before[name]
        else:
            del sys.modules[name]


def _is_inside(file: Path, root: Path) -> bool:
    """Whether a file is the workspace's own, and not of an environment that lies in it."""
    return file.is_relative_to(root) and "site-packages" not in file.parts


def _explain(error: BaseException, path: str, file: Path, files: WorkspaceFiles) -> ModelRefused:
    root = files.root.resolve()
    places = [(frame.filename, frame.lineno) for frame in traceback.extract_tb(error.__traceback__)]
    if isinstance(error, SyntaxError) and error.filename:
        places.append((error.filename, error.lineno))
    inside = [(Path(name), line) for name, line in places if _is_inside(Path(name), root)]
    last, line = inside[-1] if inside else (file, 1)
    place = last.relative_to(root).as_posix()
    what = f"{type(error).__name__}: {error}".partition("\n")[0][:300]
    return ModelRefused(f"{path} cannot be loaded: {what}.", "Mend the module.", file=place, line=line or 1)
