"""Which models are watched."""

from __future__ import annotations

from datetime import UTC, datetime

from answerable.apps.content import VariantContent
from answerable.apps.gate_settings import GateSpec
from answerable.apps.types import App, Label, Variant
from answerable.evaluation.canaries.pinned import list_canaries
from answerable.evaluation.canaries.types import CanarySettings

NOW = datetime(2026, 11, 1, tzinfo=UTC)


def make_app(name: str, *tiers: list[str], gate: str | None = None, label: str = "production") -> App:
    content = VariantContent.model_validate(
        {"kind": "prompt", "model": tiers, "prompt": {"template": "{% block user %}Hello{% endblock %}"}}
    )
    variant = Variant(name, "main", content)
    labels = {label: Label(name, label, variant, NOW, "file")}
    return App(name, "prompt", "", labels, (variant,), gate=GateSpec(dataset=gate))


def names(*apps: App, **settings: object) -> list[tuple[str, str, str]]:
    found = list_canaries(apps, CanarySettings(**settings))  # type: ignore[arg-type]
    return [(one.model, one.app, one.dataset) for one in found]


def test_every_model_of_every_tier_is_watched_once() -> None:
    app = make_app("shop", ["a:1", "b:1"], ["c:1", "a:1"])
    assert names(app, dataset="golden") == [
        ("a:1", "shop", "golden"),
        ("b:1", "shop", "golden"),
        ("c:1", "shop", "golden"),
    ]


def test_examples_are_the_apps_own_or_everybodys_or_those_of_its_gate() -> None:
    app = make_app("shop", ["a:1"], gate="gated")
    assert names(app, dataset="all", datasets={"shop": "own"}) == [("a:1", "shop", "own")]
    assert names(app, dataset="all") == [("a:1", "shop", "all")]
    assert names(app) == [("a:1", "shop", "gated")]


def test_a_model_without_examples_is_watched_for_itself_unless_an_app_has_some() -> None:
    bare, other, asked = make_app("x", ["a:1"]), make_app("y", ["a:1", "b:1"]), make_app("z", ["b:1"])
    assert names(bare, other, asked, datasets={"z": "golden"}) == [("b:1", "z", "golden"), ("a:1", "", "")]


def test_only_the_labels_that_are_named_are_watched() -> None:
    app = make_app("shop", ["a:1"], label="candidate")
    assert names(app, dataset="golden") == []
    assert names(app, dataset="golden", labels=("candidate",)) == [("a:1", "shop", "golden")]


def test_the_variant_of_a_canary_has_just_its_model_and_a_hash_of_its_own() -> None:
    alone, spread = make_app("shop", ["a:1"]), make_app("shop", ["a:1", "b:1"])
    (one,) = list_canaries([alone], CanarySettings(dataset="golden"))
    first, second = list_canaries([spread], CanarySettings(dataset="golden"))
    assert one.variant == alone.labels["production"].variant
    assert first.variant is not None
    assert first.variant.content.model == (("a:1",),)
    assert first.variant.hash == alone.labels["production"].variant.hash
    assert len({first.variant.hash, second.variant.hash if second.variant else ""}) == 2
