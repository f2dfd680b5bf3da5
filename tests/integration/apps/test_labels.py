"""Labels: people move them, files move them, and neither undoes what the other meant."""

from __future__ import annotations

import pytest

from answerable.apps.files.types import AppFile
from answerable.apps.planning import LabelChange
from answerable.apps.service import AppService
from answerable.core.errors import AnswerableError, InvalidInput, NotFound
from answerable.db.database import Database
from tests.fakes.clock import FixedClock
from tests.integration.apps.files import make_file


async def apply_one(apps: AppService, file: AppFile) -> LabelChange:
    """Apply a file of one app and return what became of its one label."""
    report = await apps.apply([file], by="ci")
    (change,) = report.apps[0].labels
    return change


async def test_a_moved_label_answers_from_then_on_and_is_in_the_history(
    apps: AppService, clock: FixedClock
) -> None:
    await apps.apply([make_file(photo="Describe it.", terse="Be brief.")], by="ci")
    photo, terse = apps.get_variant("listing@photo"), apps.get_variant("listing@terse")
    clock.advance(60)
    label = await apps.move_label("listing", "production", "terse", by="ana", reason="  Half the tokens. ")
    assert (label.variant, label.source, label.by, label.held) == (terse, "person", "ana", True)
    assert apps.get_variant("listing") == terse
    moved, made = await apps.history("listing")
    assert (moved.before, moved.after, moved.by, moved.reason) == (
        photo.id,
        terse.id,
        "ana",
        "Half the tokens.",
    )
    assert (moved.source, moved.at) == ("person", clock.now())
    assert (made.before, made.after, made.by, made.source) == (None, photo.id, "ci", "file")


async def test_a_label_that_is_there_already_makes_no_history(apps: AppService) -> None:
    await apps.apply([make_file()], by="ci")
    label = await apps.move_label("listing", "production", "photo", by="ana", reason="To be sure.")
    assert (label.by, label.source) == ("ci", "file")
    assert len(await apps.history("listing")) == 1


async def test_a_label_can_be_put_where_another_one_is(apps: AppService) -> None:
    file = make_file(labels={"production": "a", "candidate": "b"}, a="A", b="B")
    await apps.apply([file], by="ci")
    await apps.move_label("listing", "production", "candidate", by="ana", reason="It passed.")
    assert apps.get_variant("listing").name == "b"


async def test_a_file_leaves_a_label_that_a_person_has_moved(apps: AppService, clock: FixedClock) -> None:
    """A rollback by hand must outlive the next deployment, also of a changed prompt."""
    await apps.apply([make_file(photo="Describe it.")], by="ci")
    first = apps.get_variant()
    await apps.apply([make_file(photo="Describe it badly.")], by="ci")
    clock.advance(60)
    await apps.move_label("listing", "production", first.hash[:12], by="ana", reason="It was bad.")
    for prompt in ("Describe it badly.", "Describe it well."):
        kept = await apply_one(apps, make_file(photo=prompt))
        assert kept.action == "kept"
        assert kept.before is not None
        assert (kept.before.by, kept.before.moved_at, kept.before.reason) == (
            "ana",
            clock.now(),
            "It was bad.",
        )
        assert apps.get_variant() == first
    assert len(apps.get_app("listing").variants) == 3


async def test_a_file_that_says_something_new_moves_it_again(apps: AppService) -> None:
    prompts = {"a": "A", "b": "B", "c": "C"}
    await apps.apply([make_file(labels={"production": "a"}, prompts=prompts)], by="ci")
    await apps.move_label("listing", "production", "b", by="ana", reason="Try it.")
    assert (await apply_one(apps, make_file(labels={"production": "a"}, prompts=prompts))).action == "kept"
    assert (await apply_one(apps, make_file(labels={"production": "c"}, prompts=prompts))).action == "moved"
    assert apps.get_variant().name == "c"


@pytest.mark.parametrize("agreement", ["the file says it too", "the person puts it back"])
async def test_the_file_leads_again_once_both_agree(apps: AppService, agreement: str) -> None:
    await apps.apply([make_file(labels={"production": "a"}, a="A", b="B")], by="ci")
    await apps.move_label("listing", "production", "b", by="ana", reason="Try it.")
    if agreement == "the file says it too":
        wanted = "b"
        assert (
            await apply_one(apps, make_file(labels={"production": "b"}, a="A", b="B"))
        ).action == "unchanged"
    else:
        wanted = "a"
        await apps.move_label("listing", "production", "a", by="ana", reason="No better.")
    assert not apps.get_app("listing").labels["production"].held
    changed = make_file(labels={"production": wanted}, a="A, changed", b="B, changed")
    assert (await apply_one(apps, changed)).action == "moved"
    assert apps.get_variant() == apps.get_variant(f"listing@{wanted}")


async def test_a_label_of_a_persons_own_is_left_alone(apps: AppService) -> None:
    await apps.apply([make_file()], by="ci")
    await apps.move_label("listing", "yours", "photo", by="ana", reason="For the demonstration.")
    report = await apps.apply([make_file()], by="ci")
    assert not report.changed
    assert apps.get_variant("listing@yours") == apps.get_variant("listing@photo")


@pytest.mark.parametrize(
    ("app", "label", "variant", "reason", "error", "code", "words"),
    [
        (
            "listing",
            "production",
            "phto",
            "x",
            NotFound,
            "unknown_variant",
            ["'phto'", "Did you mean 'photo'?"],
        ),
        ("listing", "production", "0000000", "x", NotFound, "unknown_variant", ["photo, production"]),
        ("listing", "production", "", "x", NotFound, "unknown_variant", ["photo"]),
        ("lisitng", "production", "photo", "x", NotFound, "unknown_app", ["'lisitng'", "'listing'?"]),
        ("listing", "Production!", "photo", "x", InvalidInput, "invalid_input", ["'Production!'"]),
        ("listing", "production", "photo", " ", InvalidInput, "invalid_input", ["reason"]),
        ("listing", "production", "photo", "nul \x00", InvalidInput, "invalid_input", ["of text"]),
        ("listing", "production", "photo", "half \udcff", InvalidInput, "invalid_input", ["of text"]),
        ("listing", "production", "photo", "x" * 1001, InvalidInput, "invalid_input", ["1 to 1000"]),
    ],
)
async def test_a_label_that_cannot_be_moved_stays_and_says_why(
    apps: AppService,
    app: str,
    label: str,
    variant: str,
    reason: str,
    error: type[AnswerableError],
    code: str,
    words: list[str],
) -> None:
    await apps.apply([make_file()], by="ci")
    with pytest.raises(error) as caught:
        await apps.move_label(app, label, variant, by="ana", reason=reason)
    assert caught.value.code == code
    for word in words:
        assert word in str(caught.value)
    assert len(await apps.history("listing")) == 1


async def test_the_history_of_an_unknown_app_is_not_empty_but_an_error(apps: AppService) -> None:
    with pytest.raises(NotFound):
        await apps.history("nobody")


async def test_a_label_cannot_point_outside_its_app(apps: AppService, database: Database) -> None:
    await apps.apply([make_file(), make_file("triage", first="Sort it.")], by="ci")
    with pytest.raises(NotFound):
        await apps.move_label("listing", "production", "first", by="ana", reason="Confused.")
