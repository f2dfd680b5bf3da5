"""`apply`: what is new is registered, what is there stays as it is, whatever happens at the same time."""

from __future__ import annotations

import asyncio
import json

import psycopg
import pytest

from answerable.access.audit.service import AuditLog
from answerable.apps.content import VariantContent
from answerable.apps.planning import ApplyReport
from answerable.apps.service import AppService
from answerable.core.errors import InvalidInput, Unavailable
from answerable.db.database import Database
from tests.fakes.clock import FixedClock
from tests.integration.apps.files import make_content, make_file


def actions(report: ApplyReport) -> list[tuple[str, str]]:
    """Return (name, action) of each app, variant and label of the report."""
    return [
        entry
        for app in report.apps
        for entry in (
            (app.name, app.action),
            *((change.variant.name, change.action) for change in app.variants),
            *((label.name, label.action) for label in app.labels),
        )
    ]


async def rows(database: Database) -> list[object]:
    """Return everything that is registered, and its history."""
    async with database.transaction() as tx:
        found: list[object] = []
        for table in ("app", "variant", "label", "label_event"):
            cursor = await tx.execute(f"SELECT t.*::text, t.xmin::text FROM {table} t")
            found.extend(await cursor.fetchall())
        return found


async def test_what_is_applied_can_be_asked_for_at_once(apps: AppService, clock: FixedClock) -> None:
    file = make_file(photo="Describe it.", terse="Be brief.")
    report = await apps.apply([file], by="ana")
    assert report.changed
    assert actions(report) == [
        ("listing", "registered"),
        ("photo", "registered"),
        ("terse", "registered"),
        ("production", "created"),
    ]
    photo = apps.get_variant()
    assert (photo.name, photo.content, photo.registered_at) == (
        "photo",
        file.variants[0].content,
        clock.now(),
    )
    assert [variant.name for variant in apps.get_app("listing").variants] == ["terse", "photo"]
    assert apps.find_variant_by_hash(file.variants[1].hash) == file.variants[1]


async def test_a_second_apply_changes_nothing_and_says_so(apps: AppService, database: Database) -> None:
    files = [make_file(photo="Describe it.", terse="Be brief."), make_file("triage", first="Sort it.")]
    await apps.apply(files, by="ana")
    before = await rows(database)
    report = await apps.apply(files, by="ben")
    assert not report.changed
    assert {action for _, action in actions(report)} == {"unchanged"}
    assert await rows(database) == before


async def test_a_dry_run_says_what_would_be_done_and_does_not(apps: AppService, database: Database) -> None:
    wanted = await apps.apply([make_file()], by="ana", dry_run=True)
    assert await rows(database) == []
    assert apps.list_apps() == ()
    done = await apps.apply([make_file()], by="ana")
    assert (wanted.dry_run, done.dry_run) == (True, False)
    assert actions(wanted) == actions(done)


async def test_a_changed_file_registers_beside_what_was_there(apps: AppService) -> None:
    await apps.apply([make_file(photo="Describe it.")], by="ana")
    first = apps.get_variant()
    report = await apps.apply([make_file(photo="Describe it well.")], by="ana")
    assert actions(report) == [("listing", "unchanged"), ("photo", "registered"), ("production", "moved")]
    assert apps.get_variant("listing@photo") == apps.get_variant() != first
    assert apps.get_variant(f"listing@{first.hash[:7]}") == first
    assert apps.find_variant_by_hash(first.hash) == first


async def test_a_file_put_back_means_the_old_content_again(apps: AppService, database: Database) -> None:
    for prompt in ("Describe it.", "Describe it well."):
        await apps.apply([make_file(photo=prompt)], by="ana")
    report = await apps.apply([make_file(photo="Describe it.")], by="ana")
    assert actions(report) == [("listing", "unchanged"), ("photo", "restored"), ("production", "moved")]
    assert "it." in apps.get_variant("listing@photo").content.prompt.template
    assert len(apps.get_app("listing").variants) == 2


async def test_the_description_follows_the_file(apps: AppService) -> None:
    await apps.apply([make_file()], by="ana")
    report = await apps.apply([make_file(description="From a photo")], by="ana")
    assert actions(report)[0] == ("listing", "changed")
    assert apps.get_app("listing").description == "From a photo"


async def test_a_label_on_no_variant_registers_nothing_at_all(apps: AppService, database: Database) -> None:
    wrong = make_file("triage", labels={"production": "frist"}, first="Sort it.")
    with pytest.raises(InvalidInput) as caught:
        await apps.apply([make_file(), wrong], by="ana")
    assert caught.value.code == "unknown_variant"
    assert "'frist'" in caught.value.detail
    assert "first" in str(caught.value.hint)
    assert await rows(database) == []


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE variant SET content = '{}'",
        "UPDATE variant SET name = 'other'",
        "UPDATE variant SET registered_at = now()",
        "DELETE FROM variant",
        "TRUNCATE variant CASCADE",
        "UPDATE label_event SET moved_by = 'nobody'",
        "DELETE FROM label_event",
        "TRUNCATE label_event",
    ],
)
async def test_the_database_itself_refuses_to_change_what_is_registered(
    apps: AppService, database: Database, statement: str
) -> None:
    await apps.apply([make_file()], by="ana")
    with pytest.raises(psycopg.errors.RestrictViolation, match="never changed"):
        async with database.transaction() as tx:
            await tx.execute(statement)


async def test_two_applies_at_once_are_one_after_the_other(conninfo: str, clock: FixedClock) -> None:
    """Two processes, as two pools: each variant is registered once, and both end well."""
    databases = [Database(conninfo) for _ in range(2)]
    for database in databases:
        await database.open()
    one, other = (
        AppService(database, default_app="listing", clock=clock, audit=AuditLog(database))
        for database in databases
    )
    file = make_file(prompts={f"variant{number}": f"Prompt {number}." for number in range(20)})
    reports = await asyncio.gather(one.apply([file], by="ana"), other.apply([file], by="ben"))
    assert sorted(report.changed for report in reports) == [False, True]
    await asyncio.gather(one.load(), other.load())
    assert one.list_apps() == other.list_apps()
    assert len(one.get_app("listing").variants) == 20
    assert len(await one.history("listing")) == 1
    for database in databases:
        await database.close()


async def test_different_applies_at_once_leave_one_whole_state(apps: AppService) -> None:
    """Whoever comes last is what the app is, never a mixture of both."""
    contents = [
        make_file(labels={"production": "a", "candidate": "b"}, a=f"A {number}", b=f"B {number}")
        for number in range(8)
    ]
    await asyncio.gather(*(apps.apply([file], by="ana") for file in contents))
    app = apps.get_app("listing")
    numbers = {
        app.labels[label].variant.content.prompt.template[-15] for label in ("production", "candidate")
    }
    assert len(numbers) == 1
    assert [label.variant for label in app.labels.values()] == [app.names["b"], app.names["a"]]
    assert len(app.variants) == 16


async def test_an_apply_that_is_stuck_does_not_hang_the_others_for_ever(
    database: Database, conninfo: str, clock: FixedClock
) -> None:
    apps = AppService(
        database, default_app="listing", clock=clock, longest_wait=0.05, audit=AuditLog(database)
    )
    async with await psycopg.AsyncConnection.connect(conninfo) as stuck:
        await stuck.execute("SELECT pg_advisory_xact_lock(%s)", (0x61707073,))
        with pytest.raises(Unavailable) as caught:
            await apps.apply([make_file()], by="ana")
    assert caught.value.code == "apps_busy"


async def test_the_order_of_a_schema_is_kept(apps: AppService, database: Database) -> None:
    """A model fills the fields in in the order that it is shown, so an answer depends on it."""
    fields = ("title", "a", "price_eur", "zip")
    schema = {"type": "object", "properties": {name: {"type": "string"} for name in fields}}
    content = make_content("Describe it.", output={"json_schema": schema})
    await apps.apply([make_file(photo=content)], by="ana")
    fresh = AppService(database, default_app="listing", clock=FixedClock(), audit=AuditLog(database))
    await fresh.load()
    output = fresh.get_variant().content.output
    assert output is not None
    assert tuple(output.json_schema["properties"]) == fields
    schema["properties"] = dict(reversed(schema["properties"].items()))  # type: ignore[attr-defined]
    turned = make_content("Describe it.", output={"json_schema": schema})
    report = await apps.apply([make_file(photo=turned)], by="ana")
    assert actions(report)[1:] == [("photo", "registered"), ("production", "moved")]


async def test_text_that_postgresql_is_picky_about_is_kept(apps: AppService, database: Database) -> None:
    content = make_content("nul \x00, line\u2028 separator, \U0001f600, % and \\u0000")
    await apps.apply([make_file(photo=content)], by="ana")
    fresh = AppService(database, default_app="listing", clock=FixedClock(), audit=AuditLog(database))
    await fresh.load()
    assert fresh.get_variant().content == content


async def test_what_an_older_version_registered_keeps_its_hash_and_is_not_new(
    apps: AppService, database: Database
) -> None:
    """A release that adds a setting computes another hash for equal content; traces name the old one."""
    content = make_content("Describe it.")
    older = "0" * 64
    values = content.model_dump(mode="json")
    del values["history"]
    async with database.transaction() as tx:
        await tx.execute("INSERT INTO app VALUES ('listing', 'prompt', '')")
        await tx.execute(
            "INSERT INTO variant (app, name, hash, content, registered_at, is_current) "
            "VALUES ('listing', 'photo', %s, %s, now(), true)",
            (older, json.dumps(values)),
        )
    report = await apps.apply([make_file(photo=content)], by="ana")
    assert actions(report) == [("listing", "unchanged"), ("photo", "unchanged"), ("production", "created")]
    assert apps.get_variant().hash == older
    assert apps.get_variant().content == content
    assert isinstance(apps.find_variant_by_hash(older).content, VariantContent)  # type: ignore[union-attr]


async def test_a_variant_of_another_version_does_not_stop_a_server(
    apps: AppService, database: Database, caplog: pytest.LogCaptureFixture
) -> None:
    await apps.apply([make_file()], by="ana")
    async with database.transaction() as tx:
        await tx.execute(
            "INSERT INTO variant (app, name, hash, content, registered_at, is_current) "
            "VALUES ('listing', 'odd', %s, '{\"kind\": \"later\"}', now(), true)",
            ("1" * 64,),
        )
    await apps.load()
    assert [variant.name for variant in apps.get_app("listing").variants] == ["photo"]
    assert "passed over" in caplog.text
