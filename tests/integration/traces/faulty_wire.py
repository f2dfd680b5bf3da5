"""A wire to PostgreSQL that can lose the answer to a COMMIT: the work is done, and nobody hears of it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path

from psycopg.conninfo import conninfo_to_dict, make_conninfo

_PORT = 5432


class FaultyWire:
    """Passes bytes on; after `lose_commits` was set, that many connections end in the middle of their COMMIT."""

    def __init__(self, conninfo: str, folder: Path) -> None:
        place = conninfo_to_dict(conninfo)
        self._server = f"{place['host']}/.s.PGSQL.{place['port']}"
        self._listen = f"{folder}/.s.PGSQL.{_PORT}"
        self.conninfo = make_conninfo(conninfo, host=str(folder), port=_PORT)
        self.lose_commits = 0
        self._serving: set[asyncio.Task[None]] = set()

    @asynccontextmanager
    async def opened(self) -> AsyncIterator[None]:
        server = await asyncio.start_unix_server(self._serve, self._listen)
        try:
            yield
        finally:
            server.close()
            await asyncio.gather(*self._serving)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._serving.add(task)
        task.add_done_callback(self._serving.discard)
        from_server, to_server = await asyncio.open_unix_connection(self._server)
        cut = asyncio.Event()
        pumps = [
            asyncio.create_task(self._pump(reader, to_server, cut, watch=True)),
            asyncio.create_task(self._pump(from_server, writer, cut, watch=False)),
        ]
        await asyncio.wait(pumps, return_when=asyncio.FIRST_COMPLETED)
        for pump in pumps:
            pump.cancel()
        for end in (writer, to_server):
            end.close()
            with suppress(OSError):
                await end.wait_closed()

    async def _pump(
        self, source: asyncio.StreamReader, target: asyncio.StreamWriter, cut: asyncio.Event, *, watch: bool
    ) -> None:
        with suppress(OSError):
            while data := await source.read(1 << 16):
                if watch and b"COMMIT" in data and self.lose_commits:
                    self.lose_commits -= 1
                    cut.set()
                elif cut.is_set():
                    return  # the server has done it; its word does not get through
                target.write(data)
                await target.drain()
