"""The admin key of a workspace: made on the first start, kept in a file that only its owner can read.

The command line on the same workspace finds it there, and `serve` prints the console's address with it. The database
has only its hash, as of any key.
"""

from __future__ import annotations

import os
from pathlib import Path

from answerable.access.service import AccessService
from answerable.access.types import Principal
from answerable.core.errors import SetupError, Unauthenticated

_FILE = "admin.key"
_MAKER = "answerable"


class AdminKeyFile:
    def __init__(self, folder: Path) -> None:
        self.path = folder / _FILE

    def find(self) -> str | None:
        """Return the key of this workspace, None when there is none yet."""
        try:
            return self.path.read_text(encoding="ascii").strip() or None
        except FileNotFoundError:
            return None

    async def ensure(self, access: AccessService) -> tuple[str, bool]:
        """Return the key and whether it was made now: when there is none, or the one in the file is not valid."""
        secret = self.find()
        if secret is not None and await self._find_principal(access, secret) is not None:
            return secret, False
        _, secret = await access.create_key("admin of this workspace", role="admin", by=_MAKER)
        self._write(secret)
        return secret, True

    async def _find_principal(self, access: AccessService, secret: str) -> Principal | None:
        try:
            return await access.authenticate(secret)
        except Unauthenticated:
            return None

    def _write(self, secret: str) -> None:
        fresh = self.path.with_suffix(".new")
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            fresh.unlink(missing_ok=True)
            with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
                file.write(secret + "\n")
            fresh.replace(self.path)
        except OSError as error:
            raise SetupError(
                f"The admin key cannot be written to {self.path}: {error.strerror}.",
                hint="Make the folder writable, or choose another with --workspace.",
            ) from error
