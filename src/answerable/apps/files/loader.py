"""Reads app files: everything that is wrong in any of them is found at once."""

from __future__ import annotations

import re
from collections.abc import Mapping
from importlib.resources import as_file
from importlib.resources import files as package_files
from pathlib import Path

from answerable.apps.content import Kind
from answerable.apps.files.documents import read_document
from answerable.apps.files.extending import extend_all
from answerable.apps.files.gate import ListFaults, read_evaluators, read_gate
from answerable.apps.files.places import Node, Problems
from answerable.apps.files.traces import read_traces
from answerable.apps.files.types import AppFile, LoadedApps
from answerable.apps.files.variants import KINDS, VariantReader
from answerable.apps.files.workspace import FileRefused, WorkspaceFiles
from answerable.apps.types import Variant
from answerable.core.closeness import suggest
from answerable.core.errors import SetupError

FOLDER = "apps"
PRODUCTION = "production"

_NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,62}")
_NAMING = "Use lower-case letters, digits, _ and -, at most 63 of them."
_KEYS = ("kind", "description", "traces", "evaluators", "gate", "labels", "variants")
_MAX_FILES = 1_000
_NOTHING = Node(None, "", 1)


def load_apps(workspace: Path, *, default_model: str, list_faults: ListFaults | None = None) -> LoadedApps:
    """Return the apps of `workspace/apps/*.yaml`. `default_model` is what a variant without a model calls.

    `list_faults` knows the evaluators that there are; without it they are checked when they are needed.
    Reads files and, where an output names a Pydantic model, runs the user's module: keep it off the event loop.
    Nothing about a file's content raises.
    """
    problems = Problems()
    files = WorkspaceFiles(workspace)
    folder = workspace / FOLDER
    paths = sorted(folder.glob("*.yaml"))
    for stray in sorted(folder.glob("*.yml")):
        name = f"{FOLDER}/{stray.name}"
        problems.add_at(name, 1, "Only files that end in .yaml are read.", f"Rename it to {stray.stem}.yaml.")
    for extra in paths[_MAX_FILES:]:
        problems.add_at(
            f"{FOLDER}/{extra.name}", 1, f"There are more than {_MAX_FILES} apps.", "Take some out."
        )
    apps = [
        _read_app(path, FOLDER, files, problems, default_model, list_faults) for path in paths[:_MAX_FILES]
    ]
    found = sorted(problems.found, key=lambda problem: (problem.file, problem.line))
    return LoadedApps(tuple(app for app in apps if app is not None), tuple(found))


def builtin_apps(*, default_model: str) -> tuple[AppFile, ...]:
    """Return the apps that come with Answerable."""
    problems = Problems()
    with as_file(package_files("answerable.apps.builtin")) as folder:
        files = WorkspaceFiles(folder)
        read = [_read_app(path, "", files, problems, default_model) for path in sorted(folder.glob("*.yaml"))]
    apps = tuple(app for app in read if app is not None)
    if problems.found or len(apps) < len(read):
        raise SetupError(
            f"A built-in app is broken: {'; '.join(map(str, problems.found))}",
            hint="Install Answerable anew.",
        )
    return apps


def _read_app(
    path: Path,
    folder: str,
    files: WorkspaceFiles,
    problems: Problems,
    default_model: str,
    list_faults: ListFaults | None = None,
) -> AppFile | None:
    name = f"{folder}/{path.name}" if folder else path.name
    before = problems.errors
    try:
        root = read_document(files.read_text(name), name, problems)
    except FileRefused as error:
        problems.add_at(name, 1, error.message, error.suggestion)
        return None
    if not _NAME.fullmatch(path.stem):
        problems.add_at(name, 1, f"{path.stem!r} cannot be the name of an app.", _NAMING)
    if root is None:
        return None
    reader = _AppReader(root, files, problems, default_model=default_model, list_faults=list_faults)
    app = reader.read(path)
    return app if problems.errors == before else None


class _AppReader:
    """Reads one file, which is YAML already."""

    def __init__(
        self,
        root: Node,
        files: WorkspaceFiles,
        problems: Problems,
        *,
        default_model: str,
        list_faults: ListFaults | None,
    ) -> None:
        self._root = root
        self._files = files
        self._problems = problems
        self._default_model = default_model
        self._list_faults = list_faults

    def read(self, path: Path) -> AppFile | None:
        if not isinstance(self._root.value, Mapping):
            self._problems.add(self._root, "An app file is a mapping.", "Begin with `kind: prompt`.")
            return None
        for key, entry in self._root.entries.items():
            if key not in _KEYS:
                hint = (
                    suggest(key, _KEYS) or f"There are {', '.join(_KEYS)}; a setting belongs into a variant."
                )
                self._problems.add(entry, f"An app has no key {key!r}.", hint)
        kind, variants = self._read_kind(), self._read_names("variants", "variant")
        labels = self._read_labels(variants)
        description = self._root.entries.get("description")
        if description is not None and not isinstance(description.value, str | None):
            self._problems.add(description, "`description` is a text.", "Put it in quotes.")
        traces = read_traces(self._root.entries.get("traces", _NOTHING), self._problems)
        evaluators = read_evaluators(
            self._root.entries.get("evaluators", _NOTHING), self._problems, list_faults=self._list_faults
        )
        gate = read_gate(self._root.entries.get("gate", _NOTHING), self._problems)
        if kind is None:
            return None
        read = self._read_variants(path.stem, kind, variants)
        text = description.value if description is not None and isinstance(description.value, str) else ""
        return AppFile(path.stem, kind, text.strip(), labels, read, path, traces, evaluators, gate)

    def _read_kind(self) -> Kind | None:
        node = self._root.entries.get("kind")
        for kind in KINDS:
            if node is not None and node.value == kind:
                return kind
        if node is None:
            self._problems.add(
                self._root, "The app has no kind.", "Begin with `kind: prompt` or `kind: rag`."
            )
        else:
            hint = suggest(str(node.value), KINDS) or f"There are {', '.join(KINDS)}."
            self._problems.add(node, f"There is no kind {node.to_plain()!r}.", hint)
        return None

    def _read_names(self, key: str, what: str) -> Mapping[str, Node]:
        """Return the entries of a mapping of names; `variants` must have one."""
        node = self._root.entries.get(key)
        if node is None or not node.entries:
            place = self._root if node is None else node
            self._problems.add(place, f"The app has no {what}.", f"Write `{key}:` and under it a name.")
            return {}
        for name, entry in node.entries.items():
            if not _NAME.fullmatch(name):
                self._problems.add(entry, f"{name!r} cannot be the name of a {what}.", _NAMING)
        return node.entries

    def _read_labels(self, variants: Mapping[str, Node]) -> dict[str, str]:
        labels = {PRODUCTION: next(iter(variants), "")}
        if "labels" not in self._root.entries:
            return labels
        for label, node in self._read_names("labels", "label").items():
            if not isinstance(node.value, str) or node.value not in variants:
                hint = suggest(str(node.value), variants) or f"There are {', '.join(variants)}."
                self._problems.add(
                    node, f"The label {label!r} is on {node.to_plain()!r}, and there is none.", hint
                )
            else:
                labels[label] = node.value
        return labels

    def _read_variants(self, app: str, kind: Kind, variants: Mapping[str, Node]) -> tuple[Variant, ...]:
        reader = VariantReader(kind, self._files, self._problems, default_model=self._default_model)
        for name, node in variants.items():
            if not isinstance(node.value, Mapping | None):
                self._problems.add(
                    node, f"The variant {name!r} is not a mapping.", "Write its keys below it."
                )
            reader.check_keys(node)
        read = [
            (name, reader.read(node))
            for name, node in extend_all(variants, self._problems).items()
            if isinstance(variants[name].value, Mapping | None)
        ]
        return tuple(Variant(app, name, content) for name, content in read if content is not None)
