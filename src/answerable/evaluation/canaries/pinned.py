"""Which models are watched, and by which examples."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from answerable.apps.types import App, Variant
from answerable.evaluation.canaries.types import Canary, CanarySettings


def list_canaries(apps: Sequence[App], settings: CanarySettings) -> tuple[Canary, ...]:
    """Return every model of the apps' labels: for each app that has examples for it, else once for itself."""
    asked = list(_list_asked(apps, settings))
    covered = {one.model for one in asked}
    found = (
        model for app in apps for _, variant in _list_labelled(app, settings) for model in _models(variant)
    )
    return (*asked, *(Canary(model) for model in dict.fromkeys(found) if model not in covered))


def _list_asked(apps: Sequence[App], settings: CanarySettings) -> Iterator[Canary]:
    for app in apps:
        dataset = settings.datasets.get(app.name) or settings.dataset or app.gate.dataset
        for label, variant in _list_labelled(app, settings) if dataset else ():
            for model in _models(variant):
                yield Canary(
                    model=model,
                    app=app.name,
                    label=label,
                    reference=f"{app.name}@{variant.id}",
                    variant=variant.with_model(model),
                    dataset=dataset or "",
                )


def _list_labelled(app: App, settings: CanarySettings) -> Iterator[tuple[str, Variant]]:
    for label in settings.labels:
        if label in app.labels:
            yield label, app.labels[label].variant


def _models(variant: Variant) -> tuple[str, ...]:
    return tuple(dict.fromkeys(model for tier in variant.content.model for model in tier))
