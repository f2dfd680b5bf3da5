"""The database of the workspace: embedded, or the one that the settings name."""

from __future__ import annotations

import asyncio
from contextlib import AsyncExitStack

from answerable.db.database import Database
from answerable.db.embedded import EmbeddedPostgres
from answerable.db.migrate import migrate
from answerable.db.watch import kept_running
from answerable.settings import Settings


async def open_database(settings: Settings, stack: AsyncExitStack) -> Database:
    if settings.database_url is not None:
        conninfo = settings.database_url.get_secret_value()
    else:
        server = EmbeddedPostgres(settings.state_folder)
        conninfo = await asyncio.to_thread(server.start)
        stack.push_async_callback(asyncio.to_thread, server.stop)
        await stack.enter_async_context(kept_running(server))
    await asyncio.to_thread(migrate, conninfo)
    database = Database(conninfo, max_size=settings.database_connections)
    await database.open()
    stack.push_async_callback(database.close)
    return database
