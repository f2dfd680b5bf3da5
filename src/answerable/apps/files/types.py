"""What comes out of reading app files."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from answerable.apps.content import Kind
from answerable.apps.gate_settings import GateSpec
from answerable.apps.trace_settings import TraceSettings
from answerable.apps.types import Variant


@dataclass(frozen=True, slots=True)
class Problem:
    """Something wrong in a file of the workspace. A `warning` does not keep the app from being registered.

    `file` is relative to the workspace, `line` counts from 1. `suggestion` is empty where there is none.
    """

    file: str
    line: int
    message: str
    suggestion: str = ""
    warning: bool = False

    def __str__(self) -> str:
        kind = "warning: " if self.warning else ""
        return f"{self.file}:{self.line}: {kind}{self.message} {self.suggestion}".rstrip()


@dataclass(frozen=True, slots=True)
class AppFile:
    """An app as its file has it, valid and resolved. `labels` names a variant of the file for each label.

    `evaluators` are entries as they are written.
    """

    name: str
    kind: Kind
    description: str
    labels: Mapping[str, str]
    variants: tuple[Variant, ...]
    path: Path
    traces: TraceSettings = field(default_factory=TraceSettings)
    evaluators: tuple[Any, ...] = ()
    gate: GateSpec = field(default_factory=GateSpec)


@dataclass(frozen=True, slots=True)
class LoadedApps:
    """`apps` are those without an error, by name; `problems` are all that was found, by file and line."""

    apps: tuple[AppFile, ...]
    problems: tuple[Problem, ...]

    @property
    def errors(self) -> tuple[Problem, ...]:
        return tuple(problem for problem in self.problems if not problem.warning)

    @property
    def warnings(self) -> tuple[Problem, ...]:
        return tuple(problem for problem in self.problems if problem.warning)
