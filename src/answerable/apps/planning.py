"""What `apply` has to do: the files of the workspace against what is registered. No I/O."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from answerable.apps.content import Kind
from answerable.apps.files.types import AppFile
from answerable.apps.gate_settings import GateSpec
from answerable.apps.trace_settings import TraceSettings
from answerable.apps.types import App, Label, Variant
from answerable.core.errors import InvalidInput

AppAction = Literal["registered", "changed", "unchanged"]
VariantAction = Literal["registered", "restored", "unchanged"]
LabelAction = Literal["created", "moved", "kept", "blocked", "unchanged"]


@dataclass(frozen=True, slots=True)
class VariantChange:
    """`restored`: its content was registered before, and its name meant another one since."""

    variant: Variant
    action: VariantAction


@dataclass(frozen=True, slots=True)
class LabelChange:
    """What the file says of one label: `file_variant` by name, which is `after`.

    `before` is the label as it was. `kept`: a person has moved it since the file last said something new, so it
    stays there. `blocked`: the label needs a pass of the gate that the variant does not have, so it stays too, and the
    next apply tries again.
    """

    name: str
    action: LabelAction
    before: Label | None
    after: Variant
    file_variant: str

    @property
    def settles(self) -> bool:
        """Whether the file now agrees with a label that it did not put there: it may move it again."""
        if self.before is None or self.action != "unchanged":
            return False
        return self.before.held or self.before.file_variant != self.file_variant


@dataclass(frozen=True, slots=True)
class AppChange:
    """What an apply does to one app; `action` is of all that its file says but variants and labels.

    What was `before` says nothing for an app that is new; `redescribed`: it was there with another kind or description.
    """

    name: str
    kind: Kind
    description: str
    traces: TraceSettings
    traces_before: TraceSettings
    evaluators: tuple[Any, ...]
    evaluators_before: tuple[Any, ...]
    gate: GateSpec
    gate_before: GateSpec
    redescribed: bool
    action: AppAction
    variants: tuple[VariantChange, ...]
    labels: tuple[LabelChange, ...]

    @property
    def traces_changed(self) -> bool:
        return self.traces != self.traces_before

    @property
    def evaluators_changed(self) -> bool:
        return self.evaluators != self.evaluators_before

    @property
    def gate_changed(self) -> bool:
        return self.gate != self.gate_before

    @property
    def changed(self) -> bool:
        moves = any(label.action in {"created", "moved"} for label in self.labels)
        return moves or self.action != "unchanged" or any(v.action != "unchanged" for v in self.variants)


@dataclass(frozen=True, slots=True)
class ApplyReport:
    """What an apply did, or with `dry_run` would do, app by app in the order of the files."""

    apps: tuple[AppChange, ...]
    dry_run: bool = False

    @property
    def changed(self) -> bool:
        return any(app.changed for app in self.apps)


def plan(files: Sequence[AppFile], apps: Mapping[str, App]) -> tuple[AppChange, ...]:
    """Return what is to be done for each file. Raises InvalidInput for a label on a variant that is nowhere."""
    return tuple(_plan_app(file, apps.get(file.name)) for file in files)


def _plan_app(file: AppFile, app: App | None) -> AppChange:
    variants = tuple(_plan_variant(variant, app) for variant in file.variants)
    names = {} if app is None else dict(app.names)
    names.update({change.variant.name: change.variant for change in variants})
    labels = {} if app is None else app.labels
    return AppChange(
        name=file.name,
        kind=file.kind,
        description=file.description,
        traces=file.traces,
        traces_before=TraceSettings() if app is None else app.traces,
        evaluators=file.evaluators,
        evaluators_before=() if app is None else app.evaluators,
        gate=file.gate,
        gate_before=GateSpec() if app is None else app.gate,
        redescribed=app is not None and (app.kind, app.description) != (file.kind, file.description),
        action=_compare_app(file, app),
        variants=variants,
        labels=tuple(
            _plan_label(label, labels.get(label), wanted, _get_target(file, label, names))
            for label, wanted in file.labels.items()
        ),
    )


def _compare_app(file: AppFile, app: App | None) -> AppAction:
    if app is None:
        return "registered"
    before = (app.kind, app.description, app.traces, app.evaluators, app.gate)
    after = (file.kind, file.description, file.traces, file.evaluators, file.gate)
    return "unchanged" if before == after else "changed"


def _plan_variant(variant: Variant, app: App | None) -> VariantChange:
    known = None if app is None else _find_registered(variant, app)
    if app is None or known is None:
        return VariantChange(variant, "registered")
    current = app.names.get(variant.name)
    stays = current is not None and current.hash == known.hash
    return VariantChange(known, "unchanged" if stays else "restored")


def _find_registered(variant: Variant, app: App) -> Variant | None:
    """Return the registered variant of that name and content, under whatever hash it has.

    A setting that a later version adds gives equal content another hash; such content is not new.
    """
    namesakes = [known for known in app.variants if known.name == variant.name]
    same_hash = next((known for known in namesakes if known.hash == variant.hash), None)
    if same_hash is not None:
        return same_hash
    content = variant.content.model_dump_json()
    return next((known for known in namesakes if known.content.model_dump_json() == content), None)


def _get_target(file: AppFile, label: str, names: Mapping[str, Variant]) -> Variant:
    target = names.get(file.labels[label])
    if target is None:
        raise InvalidInput(
            f"The label {label!r} of the app {file.name!r} is on {file.labels[label]!r}, which is not a variant of it.",
            hint=f"Variants here: {', '.join(sorted(names))}.",
            code="unknown_variant",
        )
    return target


def _plan_label(name: str, label: Label | None, wanted: str, target: Variant) -> LabelChange:
    action: LabelAction
    if label is None:
        action = "created"
    elif (label.variant.name, label.variant.hash) == (target.name, target.hash):
        action = "unchanged"
    elif label.held and label.file_variant == wanted:
        action = "kept"
    else:
        action = "moved"
    return LabelChange(name, action, label, target, wanted)
