"""The pool and its transactions. Stores run on a given transaction and never commit; services open it, shortly."""

from __future__ import annotations

import select
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from weakref import WeakKeyDictionary

import psycopg
from psycopg.pq import PipelineStatus, TransactionStatus
from psycopg.rows import TupleRow
from psycopg_pool import AsyncConnectionPool

from answerable.core.errors import Unavailable
from answerable.core.tasks import pass_cancellation_on
from answerable.db.outages import LOST, OUTAGE

Connection = psycopg.AsyncConnection[TupleRow]

DISK_FULL = "disk_full"
"""The code of the Unavailable that says so."""


async def _check_alive(connection: Connection) -> None:
    """Refuse a connection that the server has closed meanwhile, without a round trip.

    Over an idle connection comes nothing but a notice or a changed parameter, which are taken in here, or its end.
    """
    poll = select.poll()
    poll.register(connection.fileno(), select.POLLIN)
    while poll.poll(0):
        connection.pgconn.consume_input()  # raises OperationalError at the end


async def _make_ordinary(connection: Connection) -> None:
    """Make the connection an ordinary one again; one that broke is left to the pool, which throws it away."""
    with suppress(psycopg.OperationalError):
        if connection.info.transaction_status != TransactionStatus.IDLE:
            await connection.rollback()
        await connection.set_autocommit(False)


async def _drop_half_done(connection: Connection) -> None:
    """Close a connection that a cancellation has left in pipeline mode, where the next user's COPY would fail."""
    if not connection.closed and connection.pgconn.pipeline_status != PipelineStatus.OFF:
        await connection.close()


class OnDemand:
    """A connection for whoever may do without: taken at the first `get`, and kept from then on."""

    def __init__(self, take: Callable[[], Awaitable[Connection]]) -> None:
        self._take = take
        self._connection: Connection | None = None

    @property
    def held(self) -> bool:
        """Whether the connection has been taken."""
        return self._connection is not None

    async def get(self) -> Connection:
        """Return the connection. Raises Unavailable as `Database.transaction` does."""
        if self._connection is None:
            self._connection = await self._take()
        return self._connection


class Taken(OnDemand):
    """One that is there from the start."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection


class Database:
    """A bounded pool of connections to one PostgreSQL.

    A database that is away raises Unavailable (503) within `wait` seconds; the pool reconnects by itself.
    """

    def __init__(self, conninfo: str, *, max_size: int = 12, wait: float = 3.0) -> None:
        self.conninfo = conninfo
        self._settings: WeakKeyDictionary[Connection, dict[str, str]] = WeakKeyDictionary()
        self._pool = AsyncConnectionPool(
            conninfo,
            min_size=1,
            max_size=max_size,
            timeout=wait,
            open=False,
            kwargs={"autocommit": False, "connect_timeout": 5, "application_name": "answerable"},
            configure=OUTAGE.end,
            check=_check_alive,
            reconnect_timeout=wait,
            max_idle=300,
        )

    async def open(self) -> None:
        OUTAGE.watch()
        await self._pool.open()

    async def close(self) -> None:
        await self._pool.close()

    async def ping(self) -> None:
        """Raise Unavailable unless the database answers."""
        async with self.transaction() as tx:
            await tx.execute("SELECT 1")

    @asynccontextmanager
    async def statements(self, settings: Mapping[str, str] | None = None) -> AsyncIterator[Connection]:
        """Give a connection on which each statement is a transaction of its own, under these settings.

        The settings stay with the connection, so that the next one to ask for the same saves a round trip: only such
        as nothing else heeds. None leaves them as they are. Raises Unavailable as `transaction` does.
        """
        async with self._connection() as connection:
            await connection.set_autocommit(True)
            try:
                if settings is not None and self._settings.get(connection) != settings:
                    text = "; ".join(f"SET {name} = {value}" for name, value in settings.items())
                    await connection.execute(text, prepare=False)
                    self._settings[connection] = dict(settings)
                yield connection
            finally:
                await _make_ordinary(connection)

    @asynccontextmanager
    async def on_demand(self, settings: Mapping[str, str]) -> AsyncIterator[OnDemand]:
        """Give what takes a connection as of `statements` when it is first asked for one."""
        async with AsyncExitStack() as stack:
            yield OnDemand(lambda: stack.enter_async_context(self.statements(settings)))

    @asynccontextmanager
    async def snapshot(self, settings: Mapping[str, str]) -> AsyncIterator[Connection]:
        """Give a read-only transaction that sees one state of the database throughout, under these settings.

        Raises Unavailable as `transaction` does.
        """
        begin = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"
        local = "".join(f"; SET LOCAL {name} = {value}" for name, value in settings.items())
        async with self._connection() as connection:
            # The driver's own BEGIN is a round trip of its own; this one brings the settings along.
            await connection.set_autocommit(True)
            try:
                await connection.execute(begin + local, prepare=False)
                yield connection
                await connection.commit()
            finally:
                await _make_ordinary(connection)

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[Connection]:
        """Give a connection in a transaction: committed at the end, rolled back on any error.

        Raises Unavailable when the database cannot be reached or goes away meanwhile.
        """
        async with self._connection() as connection:
            yield connection

    @asynccontextmanager
    async def _connection(self) -> AsyncIterator[Connection]:
        try:
            async with self._pool.connection() as connection:
                try:
                    yield connection
                finally:
                    await _drop_half_done(connection)
        except (psycopg.errors.QueryCanceled, AssertionError):
            # The second is what the driver makes of a cancellation where `executemany` begins.
            pass_cancellation_on()
            raise
        except psycopg.errors.DiskFull as error:
            raise Unavailable(
                "The disk of the database is full, so nothing was stored.",
                code=DISK_FULL,
                hint="Free some space, then try again; `answerable doctor` shows how much there is.",
            ) from error
        except LOST as error:
            pass_cancellation_on()
            raise Unavailable(
                "The database cannot be reached.",
                code="database_unavailable",
                hint="It is retried by itself; see `answerable doctor` when it stays away.",
            ) from error
