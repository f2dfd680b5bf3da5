"""Sessions of browsers: one app, one user, no more than the key may, and no longer than the key."""

from __future__ import annotations

from datetime import timedelta

import pytest

from answerable.access.audit.service import AuditLog
from answerable.access.limits import RateLimiter
from answerable.access.service import AccessService
from answerable.access.sessions import SessionService
from answerable.access.types import Principal
from answerable.core.errors import Forbidden, InvalidInput, RateLimited, Unauthenticated
from answerable.core.signing import Signer
from answerable.db.database import Database
from tests.fakes.clock import ShiftedClock


class World:
    def __init__(self, database: Database) -> None:
        self.clock = ShiftedClock()
        self.access = AccessService(
            database,
            limiter=RateLimiter(per_minute=0, clock=self.clock),
            clock=self.clock,
            audit=AuditLog(database),
        )
        self.signer = Signer(b"s" * 32)
        limiter = RateLimiter(per_minute=60, clock=self.clock, who="This session")
        self.sessions = SessionService(self.access, self.signer, limiter=limiter, clock=self.clock)

    async def make_key(self, *groups: str) -> Principal:
        _, secret = await self.access.create_key("shop", by="test", groups=groups or None)
        return await self.access.authenticate(secret)


@pytest.fixture
def world(database: Database) -> World:
    return World(database)


async def test_a_session_acts_as_its_key_with_less(world: World) -> None:
    key = await world.make_key("sales", "public")
    token, expires = world.sessions.create(key, app="ask", user="ann", groups=["sales"], minutes=5)
    found = await world.sessions.authenticate(token)
    assert (found.key_id, found.role, found.app, found.user) == (key.key_id, "app", "ask", "ann")
    assert found.groups == frozenset({"sales"})
    assert found.session is not None
    assert expires - world.clock.now() <= timedelta(minutes=5)
    whole, _ = world.sessions.create(key, app="ask")
    assert (await world.sessions.authenticate(whole)).groups == frozenset({"sales", "public"})


async def test_an_admins_session_is_no_admin(world: World) -> None:
    _, secret = await world.access.create_key("root", by="test", role="admin")
    token, _ = world.sessions.create(await world.access.authenticate(secret), app="ask")
    assert (await world.sessions.authenticate(token)).role == "app"


async def test_a_session_ends_with_its_time_and_with_its_key(world: World) -> None:
    key = await world.make_key()
    token, _ = world.sessions.create(key, app="ask", minutes=5)
    await world.access.revoke_key("shop", by="test")
    with pytest.raises(Unauthenticated):
        await world.sessions.authenticate(token)
    world.clock.advance(300)
    with pytest.raises(Unauthenticated) as caught:
        await world.sessions.authenticate(token)
    assert caught.value.code == "session_expired"


async def test_a_forged_session_is_refused(world: World) -> None:
    key = await world.make_key()
    token, _ = world.sessions.create(key, app="ask")
    foreign = SessionService(
        world.access,
        Signer(b"x" * 32),
        limiter=RateLimiter(per_minute=0, clock=world.clock),
        clock=world.clock,
    ).create(key, app="ask")[0]
    feedback = "ses_" + world.signer.sign(
        "feedback", {"k": key.key_id.hex}, world.clock.now() + timedelta(days=1)
    )
    for forged in (foreign, feedback, "ses_", "ses_a.b", token[:-2], token.replace(".", "x.")):
        with pytest.raises(Unauthenticated) as caught:
            await world.sessions.authenticate(forged)
        assert caught.value.code == "session_invalid"


async def test_a_session_is_bounded_by_itself(world: World) -> None:
    token, _ = world.sessions.create(await world.make_key(), app="ask")
    other, _ = world.sessions.create(await world.make_key(), app="ask")
    with pytest.raises(RateLimited):
        for _ in range(30):
            await world.sessions.authenticate(token)
    await world.sessions.authenticate(other)


async def test_bad_sessions_are_not_made(world: World) -> None:
    key = await world.make_key("sales")
    with pytest.raises(Forbidden):
        world.sessions.create(key, app="ask", groups=["board"])
    for minutes in (0, 24 * 60 + 1):
        with pytest.raises(InvalidInput):
            world.sessions.create(key, app="ask", minutes=minutes)
    for user in ("x" * 201, "a\x00b"):
        with pytest.raises(InvalidInput):
            world.sessions.create(key, app="ask", user=user)
    with pytest.raises(InvalidInput):
        world.sessions.create(await world.make_key(), app="ask", groups=[f"{i:0100}" for i in range(50)])
