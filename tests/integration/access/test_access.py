"""Keys: stored as hashes, authenticated, revoked, refused."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest

from answerable.access.audit.service import AuditLog
from answerable.access.keyfile import AdminKeyFile
from answerable.access.limits import RateLimiter
from answerable.access.service import AccessService
from answerable.core.errors import Forbidden, InvalidInput, NotFound, Unauthenticated, Unavailable
from answerable.db.database import Database
from tests.fakes.clock import FixedClock


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock()


@pytest.fixture
def access(database: Database, clock: FixedClock) -> AccessService:
    return AccessService(
        database, limiter=RateLimiter(per_minute=0, clock=clock), clock=clock, audit=AuditLog(database)
    )


async def test_a_key_stands_for_its_name_role_and_groups(access: AccessService) -> None:
    _, secret = await access.create_key("app of the shop", role="app", groups=["sales", "public"], by="ops")
    principal = await access.authenticate(secret)
    assert (principal.name, principal.role) == ("app of the shop", "app")
    assert principal.groups == frozenset({"sales", "public"})


async def test_the_secret_is_stored_nowhere(access: AccessService, database: Database) -> None:
    _, secret = await access.create_key("one", by="ops")
    async with database.transaction() as tx:
        row = await (await tx.execute("SELECT api_key::text FROM api_key")).fetchone()
    assert row is not None
    assert secret not in row[0]
    assert secret[10:] not in row[0]


@pytest.mark.parametrize("secret", [None, "", "ans_wrong", "ans_\x00", "ans_\ud800", "x" * 10_000])
async def test_a_wrong_or_missing_key_is_refused(access: AccessService, secret: str | None) -> None:
    with pytest.raises(Unauthenticated):
        await access.authenticate(secret)


async def test_a_revoked_key_stops_at_once_here_and_within_a_second_elsewhere(
    access: AccessService, database: Database, clock: FixedClock
) -> None:
    elsewhere = AccessService(
        database, limiter=RateLimiter(per_minute=0, clock=clock), clock=clock, audit=AuditLog(database)
    )
    _, secret = await access.create_key("leaked", by="ops")
    await access.authenticate(secret)
    await elsewhere.authenticate(secret)
    await access.revoke_key("leaked", by="ops")
    with pytest.raises(Unauthenticated):
        await access.authenticate(secret)
    clock.advance(1.0)
    with pytest.raises(Unauthenticated):
        await elsewhere.authenticate(secret)
    with pytest.raises(NotFound):
        await access.revoke_key("leaked", by="ops")


async def test_a_role_may_only_what_it_may(access: AccessService) -> None:
    _, secret = await access.create_key("reader", role="app", by="ops")
    _, admin_secret = await access.create_key("boss", role="admin", by="ops")
    reader, admin = await access.authenticate(secret), await access.authenticate(admin_secret)
    with pytest.raises(Forbidden):
        access.authorise(reader, ["developer"])
    access.authorise(reader, ["developer", "app"])
    access.authorise(admin, [])


@pytest.mark.parametrize("name", ["", "  ", "x" * 101, "a\nb"])
async def test_a_bad_name_is_refused(access: AccessService, name: str) -> None:
    with pytest.raises(InvalidInput):
        await access.create_key(name, by="ops")


async def test_the_admin_key_is_made_once_kept_private_and_renewed_when_it_is_not_valid(
    access: AccessService, tmp_path: Path
) -> None:
    file = AdminKeyFile(tmp_path)
    secret, made = await file.ensure(access)
    assert made
    assert stat.S_IMODE(file.path.stat().st_mode) == 0o600
    assert await file.ensure(access) == (secret, False)
    await access.revoke_key(secret[:10], by="ops")
    renewed, made = await file.ensure(access)
    assert made
    assert renewed != secret


async def test_a_key_in_use_goes_on_for_a_while_when_the_database_is_away(
    access: AccessService, database: Database, clock: FixedClock
) -> None:
    _, secret = await access.create_key("busy", by="ops")
    _, other = await access.create_key("idle", by="ops")
    known = await access.authenticate(secret)
    await database.close()
    for _ in range(10):
        clock.advance(29)
        assert await access.authenticate(secret) == known
        with pytest.raises(Unavailable):
            await access.authenticate(other)
    clock.advance(29)
    with pytest.raises(Unavailable):
        await access.authenticate(secret)
