"""What `APP@VARIANT` means."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from answerable.apps.content import PromptContent, VariantContent
from answerable.apps.snapshot import Snapshot
from answerable.apps.types import App, Label, Variant
from answerable.core.errors import InvalidInput, NotFound


def make_variant(name: str, start: str = "", *, app: str = "listing") -> Variant:
    """Return a variant; with `start`, of a hash that begins so."""
    content = VariantContent(kind="prompt", model=(("a:b",),), prompt=PromptContent(template=name + start))
    if start:
        content.__dict__["hash"] = start.ljust(64, "0")
    return Variant(app, name, content)


def make_app(*variants: Variant, name: str = "listing", **labels: Variant) -> App:
    """Return an app with these variants, newest first; the first of a name is what the name means."""
    at = datetime(2026, 1, 1, tzinfo=UTC)
    return App(
        name=name,
        kind="prompt",
        description="",
        labels={
            label: Label(app=name, name=label, variant=variant, moved_at=at, source="file")
            for label, variant in labels.items()
        },
        variants=variants,
        names={variant.name: variant for variant in reversed(variants)},
    )


NEW = make_variant("photo", "abcdef01")
OLD = make_variant("photo", "abcdef02")
TERSE = make_variant("terse", "1234567")
SNAPSHOT = Snapshot({"listing": make_app(NEW, OLD, TERSE, production=TERSE, candidate=OLD)})


@pytest.mark.parametrize(
    ("reference", "variant"),
    [
        ("listing", TERSE),
        ("listing@production", TERSE),
        ("listing@candidate", OLD),
        ("listing@photo", NEW),
        ("listing@abcdef02", OLD),
        (f"listing@{OLD.hash}", OLD),
        ("listing@1234567", TERSE),
        (f"listing@{OLD.id}", OLD),
        (f"listing@{NEW.id}", NEW),
    ],
)
def test_a_variant_goes_by_its_name_a_label_its_hash_and_its_id(reference: str, variant: Variant) -> None:
    assert SNAPSHOT.get_variant(reference) is variant


@pytest.mark.parametrize(
    ("reference", "code", "words"),
    [
        ("lisitng", "unknown_app", ["'lisitng'", "Did you mean 'listing'?"]),
        ("", "unknown_app", ["''"]),
        ("nothing@photo", "unknown_app", ["Apps here: listing"]),
        ("listing@", "unknown_variant", ["candidate, photo, production, terse"]),
        ("listing@phto", "unknown_variant", ["'phto'", "Did you mean 'photo'?"]),
        ("listing@123456", "unknown_variant", ["7 digits"]),
        ("listing@7654321", "unknown_variant", ["'7654321'"]),
        ("listing@terse@abcdef02", "unknown_variant", ["'terse@abcdef02'"]),
        ("listing@PHOTO", "unknown_variant", ["photo"]),
    ],
)
def test_an_unknown_one_says_what_there_is(reference: str, code: str, words: list[str]) -> None:
    with pytest.raises(NotFound) as caught:
        SNAPSHOT.get_variant(reference)
    assert caught.value.code == code
    for word in words:
        assert word in str(caught.value)


def test_the_start_of_two_hashes_is_not_guessed_at() -> None:
    with pytest.raises(InvalidInput) as caught:
        SNAPSHOT.get_variant("listing@abcdef0")
    assert caught.value.code == "ambiguous_variant"
    assert NEW.hash in str(caught.value.hint)
    assert OLD.hash in str(caught.value.hint)


def test_an_app_without_production_says_how_to_get_one() -> None:
    snapshot = Snapshot({"listing": make_app(NEW)})
    with pytest.raises(NotFound) as caught:
        snapshot.get_variant("listing")
    assert caught.value.code == "unknown_variant"
    assert "answerable apps label listing production=VARIANT" in str(caught.value.hint)


def test_no_apps_at_all_says_to_apply() -> None:
    with pytest.raises(NotFound, match="answerable apply"):
        Snapshot({}).get_variant("listing")


def test_a_hash_is_found_in_its_app_or_in_any() -> None:
    same = make_variant("copy", "1234567", app="other")
    snapshot = Snapshot({"listing": make_app(TERSE), "other": make_app(same, name="other")})
    assert snapshot.find_by_hash(TERSE.hash, "other") is same
    assert snapshot.find_by_hash(TERSE.hash, "listing") is TERSE
    assert snapshot.find_by_hash(TERSE.hash) is not None
    assert snapshot.find_by_hash("0" * 64) is None


def test_a_long_list_of_choices_is_cut_and_begins_with_the_likeliest() -> None:
    apps = {f"app{number:03}": make_app(TERSE, name=f"app{number:03}") for number in range(100)}
    with pytest.raises(NotFound) as caught:
        Snapshot(apps).get_app("ap042")
    assert "Apps here: app042," in str(caught.value.hint)
    assert str(caught.value.hint).endswith("and 80 more.")
