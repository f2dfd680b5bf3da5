"""Uploads on their way. They lie in the database until they have become documents, so that an acknowledged upload
survives whatever happens to the process, and any worker can read it, on whatever machine."""

from __future__ import annotations

import asyncio
import shutil
import tempfile
from collections.abc import AsyncIterator
from pathlib import Path, PurePath
from typing import IO
from uuid import UUID

from answerable.core.errors import NotFound, TooLarge
from answerable.core.ids import new_id
from answerable.core.tasks import stop
from answerable.db.database import Connection, Database

PART_BYTES = 1 << 20
_ABANDONED_AFTER = "1 day"


class UploadStore:
    """Takes streams in, part by part, and gives them out again as files."""

    def __init__(self, database: Database, *, max_bytes: int) -> None:
        self._database = database
        self._max_bytes = max_bytes

    async def receive(self, filename: str, chunks: AsyncIterator[bytes]) -> tuple[UUID, int]:
        """Store a stream and return its id and size; memory stays bounded by a few parts.

        Nothing is left when the stream breaks off. Raises TooLarge.
        """
        upload_id = new_id()
        async with self._database.transaction() as tx:
            await tx.execute(
                "INSERT INTO upload (id, filename) VALUES (%s, %s)", (upload_id, clean_filename(filename))
            )
        try:
            return upload_id, await self._store_parts(upload_id, chunks)
        except BaseException:
            await asyncio.shield(self.delete(upload_id))
            raise

    async def _store_parts(self, upload_id: UUID, chunks: AsyncIterator[bytes]) -> int:
        size = number = 0
        async for part in _regroup(chunks):
            size += len(part)
            if size > self._max_bytes:
                raise TooLarge(
                    f"The file is larger than {self._max_bytes >> 20} MiB.",
                    hint="Split it, or raise the limit.",
                )
            async with self._database.transaction() as tx:
                await tx.execute("INSERT INTO upload_part VALUES (%s, %s, %s)", (upload_id, number, part))
            number += 1
        return size

    async def delete(self, upload_id: UUID) -> None:
        async with self._database.transaction() as tx:
            await tx.execute("DELETE FROM upload WHERE id = %s", (upload_id,))

    async def write_to(self, upload_id: UUID, folder: Path) -> Path:
        """Write the upload into `folder` under its own file name. Raises NotFound."""
        async with self._database.transaction() as tx:
            cursor = await tx.execute(
                "SELECT filename, (SELECT count(*) FROM upload_part WHERE upload_id = id) FROM upload WHERE id = %s",
                (upload_id,),
            )
            row = await cursor.fetchone()
        if row is None:
            raise NotFound("The upload is not there any more.", hint="Upload the file again.")
        path = folder / str(row[0])
        with await asyncio.to_thread(path.open, "wb") as stream:
            for number in range(row[1]):
                await self._write_part(upload_id, number, stream)
        return path

    async def _write_part(self, upload_id: UUID, number: int, stream: IO[bytes]) -> None:
        async with self._database.transaction() as tx:
            cursor = await tx.execute(
                "SELECT content FROM upload_part WHERE upload_id = %s AND number = %s",
                (upload_id, number),
                binary=True,
            )
            row = await cursor.fetchone()
        if row is not None:
            await asyncio.to_thread(stream.write, row[0])


async def attach_to_run(tx: Connection, upload_id: UUID, run_id: UUID) -> None:
    """Acknowledge an upload: from now on it belongs to a run, and stays until that has ended."""
    await tx.execute("UPDATE upload SET run_id = %s WHERE id = %s", (run_id, upload_id))


async def delete_abandoned(tx: Connection) -> None:
    """Remove what was never received whole: the process that received it was killed."""
    await tx.execute(
        "DELETE FROM upload WHERE run_id IS NULL AND created_at < now() - %s::interval", (_ABANDONED_AFTER,)
    )


async def delete_of_run(tx: Connection, run_id: UUID) -> None:
    await tx.execute("DELETE FROM upload WHERE run_id = %s", (run_id,))


def clean_filename(filename: str) -> str:
    """Return the last part of a name that a client sent, without what a file system may not like."""
    name = PurePath(filename.replace("\\", "/")).name.replace("\0", "").strip()
    stem, suffix = PurePath(name).stem, PurePath(name).suffix
    return f"{_shorten(stem, 150)}{_shorten(suffix, 20)}" if name not in {"", ".", ".."} else "upload"


class UploadFiles:
    """Uploads as local files, for as long as somebody reads them; each is fetched once."""

    def __init__(self, store: UploadStore) -> None:
        self._store = store
        self._folders: dict[UUID, tuple[asyncio.Task[Path], Path]] = {}
        self._users: dict[UUID, int] = {}

    async def open(self, upload_id: UUID) -> str:
        """Return the path of an upload; each `open` needs a `close`. Raises NotFound."""
        self._users[upload_id] = self._users.get(upload_id, 0) + 1
        if upload_id not in self._folders:
            folder = Path(tempfile.mkdtemp(prefix="answerable-upload-"))
            self._folders[upload_id] = asyncio.create_task(self._store.write_to(upload_id, folder)), folder
        try:
            return str(await asyncio.shield(self._folders[upload_id][0]))
        except BaseException:
            await self.close(upload_id)
            raise

    async def close(self, upload_id: UUID) -> None:
        self._users[upload_id] -= 1
        if self._users[upload_id]:
            return
        del self._users[upload_id]
        task, folder = self._folders.pop(upload_id)
        await stop(task)
        await asyncio.to_thread(shutil.rmtree, folder, ignore_errors=True)


def _shorten(text: str, max_bytes: int) -> str:
    return text.encode("utf-8", "replace")[:max_bytes].decode("utf-8", "ignore")


async def _regroup(chunks: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    """Yield the same bytes in parts of PART_BYTES, the last one shorter."""
    buffer = bytearray()
    async for chunk in chunks:
        for start in range(0, len(chunk), PART_BYTES):
            buffer += chunk[start : start + PART_BYTES]
            if len(buffer) >= PART_BYTES:
                yield bytes(buffer[:PART_BYTES])
                del buffer[:PART_BYTES]
    if buffer:
        yield bytes(buffer)
