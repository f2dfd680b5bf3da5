"""Labels that move only to a variant that has passed the gate."""

from __future__ import annotations

from dataclasses import replace
from uuid import UUID, uuid4

import pytest

from answerable.access.audit.service import AuditLog
from answerable.apps.files.types import AppFile
from answerable.apps.gate_settings import GateRule, GateSpec
from answerable.apps.service import AppService
from answerable.core.errors import Conflict
from answerable.db.database import Connection, Database
from answerable.evaluation.gating import store
from answerable.evaluation.gating.passes import StoredPasses
from answerable.evaluation.gating.types import GateVerdict
from tests.fakes.clock import FixedClock
from tests.integration.apps.files import make_file

GATE = GateSpec(dataset="golden", labels=("production",), rules=(GateRule(metric="exact"),))


@pytest.fixture
def gated(database: Database, clock: FixedClock) -> AppService:
    return AppService(
        database,
        default_app="listing",
        clock=clock,
        audit=AuditLog(database),
        gate_passes=StoredPasses(),
    )


def make_gated(gate: GateSpec = GATE, *, production: str = "old") -> AppFile:
    return replace(make_file(labels={"production": production}, old="Old.", new="New."), gate=gate)


async def note_verdict(
    database: Database, apps: AppService, verdict: str = "pass", *, gate: GateSpec = GATE
) -> UUID:
    """Keep a verdict on `new` against `old`."""
    new, old = apps.get_variant("listing@new"), apps.get_variant("listing@old")
    made = GateVerdict(
        app="listing",
        verdict=verdict,  # type: ignore[arg-type]
        findings=(),
        candidate=new.id,
        baseline=old.id,
        candidate_hash=new.hash,
        baseline_hash=old.hash,
        dataset="golden",
        version=1,
        version_hash="v",
        examples=100,
        repeats=1,
        alpha=0.05,
        power=0.8,
        gate_hash=gate.hash,
    )
    id = uuid4()
    async with database.transaction() as tx:
        await store.insert(tx, id, made, by="ci", at=FixedClock().now())
    return id


async def test_a_label_moves_once_the_variant_has_passed(gated: AppService, database: Database) -> None:
    await gated.apply([make_gated()], by="ci")
    with pytest.raises(Conflict, match="has not passed the gate") as caught:
        await gated.move_label("listing", "production", "new", by="ana", reason="Better.")
    assert caught.value.code == "gate_required"
    assert gated.get_variant("listing").name == "old"
    await note_verdict(database, gated)
    await gated.move_label("listing", "production", "new", by="ana", reason="Better.")
    assert gated.get_variant("listing").name == "new"
    moved, _ = await gated.history("listing")
    assert not moved.forced


@pytest.mark.parametrize("verdict", ["fail", "inconclusive"])
async def test_no_other_verdict_will_do(gated: AppService, database: Database, verdict: str) -> None:
    await gated.apply([make_gated()], by="ci")
    await note_verdict(database, gated, verdict)
    with pytest.raises(Conflict):
        await gated.move_label("listing", "production", "new", by="ana", reason="Better.")


async def test_a_pass_by_other_rules_is_none(gated: AppService, database: Database) -> None:
    await gated.apply([make_gated()], by="ci")
    loose = GateSpec(dataset="golden", rules=(GateRule(metric="exact", margin=0.9),))
    await note_verdict(database, gated, gate=loose)
    with pytest.raises(Conflict):
        await gated.move_label("listing", "production", "new", by="ana", reason="Better.")


async def test_a_pass_against_another_variant_is_none(gated: AppService, database: Database) -> None:
    await gated.apply([make_gated()], by="ci")
    await note_verdict(database, gated)
    await gated.move_label("listing", "production", "new", by="ana", reason="Better.")
    with pytest.raises(Conflict):
        await gated.move_label("listing", "production", "old", by="ana", reason="Back.")


async def test_force_moves_it_and_is_audited(gated: AppService, database: Database) -> None:
    await gated.apply([make_gated()], by="ci")
    await gated.move_label("listing", "production", "new", by="ana", reason="It burns.", force=True)
    moved, _ = await gated.history("listing")
    assert (moved.forced, moved.reason, moved.by) == (True, "It burns.", "ana")
    async with database.transaction() as tx:
        details = await read_audited(tx)
    assert details["forced"] is True
    assert details["reason"] == "It burns."


async def read_audited(tx: Connection) -> dict[str, object]:
    """Return what the audit log has of the last move of a label."""
    cursor = await tx.execute(
        "SELECT details FROM audit_entry WHERE action = 'label.move' ORDER BY number DESC LIMIT 1"
    )
    row = await cursor.fetchone()
    assert row is not None
    return dict(row[0])


async def test_a_file_moves_it_no_sooner(gated: AppService, database: Database) -> None:
    """Apply registers the variant, so that it can be gated, and moves the label when it is run again."""
    await gated.apply([make_gated()], by="ci")
    report = await gated.apply([make_gated(production="new")], by="ci")
    (label,) = report.apps[0].labels
    assert label.action == "blocked"
    assert gated.get_variant("listing").name == "old"
    await note_verdict(database, gated)
    report = await gated.apply([make_gated(production="new")], by="ci")
    (label,) = report.apps[0].labels
    assert label.action == "moved"
    assert gated.get_variant("listing").name == "new"


async def test_a_file_cannot_take_the_gate_away_and_move_the_label_at_once(gated: AppService) -> None:
    await gated.apply([make_gated()], by="ci")
    await gated.apply([make_gated(GateSpec(), production="new")], by="ci")
    assert gated.get_variant("listing").name == "old"
    assert gated.get_app("listing").gate == GateSpec()


async def test_other_labels_and_new_ones_move_freely(gated: AppService) -> None:
    await gated.apply([make_gated()], by="ci")
    label = await gated.move_label("listing", "candidate", "new", by="ana", reason="To try.")
    assert label.variant.name == "new"


async def test_where_nobody_knows_verdicts_none_is_a_pass(apps: AppService) -> None:
    await apps.apply([make_gated()], by="ci")
    with pytest.raises(Conflict):
        await apps.move_label("listing", "production", "new", by="ana", reason="Better.")
    await apps.load()
    assert apps.get_app("listing").gate == GATE
