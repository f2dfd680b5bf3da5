"""What is kept of an app's traces: registered with the app, known without I/O, and noted when it changes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from answerable.access.audit.service import AuditLog
from answerable.access.audit.types import AuditEntry, AuditFilter
from answerable.apps.exporting import export_app, says_the_same
from answerable.apps.files.dump import dump_app
from answerable.apps.files.loader import load_apps
from answerable.apps.files.types import AppFile
from answerable.apps.service import AppService
from answerable.apps.trace_settings import TraceSettings
from answerable.db.database import Database
from answerable.traces.types import TracePolicy
from tests.fakes.clock import FixedClock
from tests.integration.apps.files import make_file

SETTINGS = TraceSettings(content="redacted", keep_days=7, redact={"CASE": r"CN-\d+"})


def with_traces(settings: TraceSettings) -> AppFile:
    return replace(make_file(photo="Describe it."), traces=settings)


async def list_entries(database: Database, action: str) -> Sequence[AuditEntry]:
    return (await AuditLog(database).list(AuditFilter(action=action))).entries


@pytest.fixture
def apps(database: Database, clock: FixedClock) -> AppService:
    return AppService(
        database,
        default_app="listing",
        clock=clock,
        audit=AuditLog(database),
        trace_policy=TracePolicy("full", 90, {"ORDER": "O-[0-9]+"}),
    )


async def test_it_holds_as_soon_as_it_is_applied(apps: AppService, database: Database) -> None:
    assert apps.get_trace_policy("listing") == TracePolicy("full", 90, {"ORDER": "O-[0-9]+"})
    report = await apps.apply([with_traces(SETTINGS)], by="ci")
    assert report.apps[0].action == "registered"
    expected = TracePolicy("redacted", 7, {"ORDER": "O-[0-9]+", "CASE": r"CN-\d+"})
    assert apps.get_trace_policy("listing") == expected
    assert apps.get_trace_policy("") == TracePolicy("full", 90, {"ORDER": "O-[0-9]+"})
    elsewhere = AppService(database, default_app="listing", clock=FixedClock(), audit=AuditLog(database))
    await elsewhere.load()
    assert elsewhere.get_trace_policy("listing").keep_days == 7


async def test_a_changed_policy_is_a_change_and_no_new_variant(apps: AppService, database: Database) -> None:
    await apps.apply([with_traces(TraceSettings())], by="ci")
    hash = apps.get_variant().hash
    report = await apps.apply([with_traces(SETTINGS)], by="ana")
    assert (report.apps[0].action, [change.action for change in report.apps[0].variants]) == (
        "changed",
        ["unchanged"],
    )
    assert apps.get_variant().hash == hash
    assert not (await apps.apply([with_traces(SETTINGS)], by="ana")).changed
    (entry,) = await list_entries(database, "policy")
    assert (entry.actor, entry.target) == ("ana", "listing/traces")
    assert entry.details == {"before": {}, "after": SETTINGS.to_json()}


async def test_what_is_exported_says_it_too(apps: AppService, tmp_path: Path) -> None:
    await apps.apply([with_traces(SETTINGS)], by="ci")
    app = apps.get_app("listing")
    exported = export_app(app)
    texts = dump_app(app.name, app.kind, "", exported.labels, exported.variants, traces=app.traces)
    for name, text in texts.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text, encoding="utf-8")
    (file,) = load_apps(tmp_path, default_model="a:b").apps
    assert says_the_same(file, app, exported)
    assert not says_the_same(replace(file, traces=TraceSettings()), app, exported)


async def test_applies_and_moved_labels_are_in_the_audit_log(apps: AppService, database: Database) -> None:
    file = make_file(photo="Describe it.", terse="Be brief.")
    await apps.apply([file], by="ci")
    await apps.apply([file], by="ci")
    await apps.apply([with_traces(SETTINGS)], by="ci", dry_run=True)
    await apps.move_label("listing", "production", "terse", by="ana", reason="Half the tokens.")
    await apps.move_label("listing", "production", "terse", by="ana", reason="Again.")
    (applied,) = await list_entries(database, "app.apply")
    assert (applied.actor, applied.target, len(applied.details["registered"])) == ("ci", "listing", 2)
    moved, created = await list_entries(database, "label.move")
    photo, terse = (apps.get_variant(f"listing@{name}").id for name in ("photo", "terse"))
    assert created.details == {"before": None, "after": photo, "source": "file"}
    assert (moved.actor, moved.target) == ("ana", "listing/production")
    assert moved.details == {
        "before": photo, "after": terse, "source": "person", "reason": "Half the tokens.",
    }  # fmt: skip
    assert (await AuditLog(database).verify()).broken is None


async def test_a_setting_that_only_another_version_knows_keeps_no_content(
    apps: AppService, database: Database, caplog: pytest.LogCaptureFixture
) -> None:
    await apps.apply([with_traces(SETTINGS)], by="ci")
    async with database.transaction() as tx:
        await tx.execute("""UPDATE app SET traces = '{"content": "summary"}'""")
    await apps.load()
    assert apps.get_trace_policy("listing").content == "none"
    assert "listing" in caplog.text
