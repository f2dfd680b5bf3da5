"""What an app's file has to say so that applying it gives the labels as they are."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from answerable.apps.files.types import AppFile
from answerable.apps.snapshot import PRODUCTION
from answerable.apps.types import App, Variant


@dataclass(frozen=True, slots=True)
class Exported:
    """The variants of a file, and for each label the name of one of them."""

    variants: tuple[Variant, ...]
    labels: Mapping[str, str]


def export_app(app: App) -> Exported:
    """Return one variant for each name, and more where labels are on several contents of one name.

    A name stands for what `production` serves under it, else for what another label is on, else for what it means
    now: after a rollback the file says what was rolled back to. A further content is named with its hash.
    """
    ordered = sorted(app.labels.values(), key=lambda label: (label.name != PRODUCTION, label.name))
    chosen: dict[str, Variant] = dict(reversed(app.names.items()))
    labelled: dict[str, Variant] = {}
    for label in ordered:
        chosen[label.variant.name] = labelled.setdefault(label.variant.name, label.variant)
    labels = {}
    for label in ordered:
        variant = label.variant
        if chosen[variant.name].hash != variant.hash:
            variant = replace(variant, name=f"{variant.name}-{variant.hash[:7]}")
            chosen[variant.name] = variant
        labels[label.name] = variant.name
    return Exported(tuple(chosen.values()), labels)


def says_the_same(file: AppFile, app: App, exported: Exported) -> bool:
    """Tell whether the file already says what is exported, in whatever words."""
    said = (file.kind, file.description, file.traces, file.evaluators, file.gate, dict(file.labels))
    return said == (
        app.kind,
        app.description,
        app.traces,
        app.evaluators,
        app.gate,
        exported.labels,
    ) and {(variant.name, variant.hash) for variant in file.variants} == {
        (variant.name, variant.hash) for variant in exported.variants
    }
