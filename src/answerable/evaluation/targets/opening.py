"""Foreign targets, opened."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import httpx

from answerable.evaluation.targets.openai_endpoint import open_openai
from answerable.evaluation.targets.python_program import open_python
from answerable.evaluation.targets.settings import OpenAISettings, UrlSettings, read_target
from answerable.evaluation.targets.types import Measured
from answerable.evaluation.targets.url import open_url
from answerable.evaluation.types import Target


@asynccontextmanager
async def opened_target(text: str, *, name: str, workspace: Path, deadline: float) -> AsyncIterator[Measured]:
    """Give what `--target` says, ready to be asked while the context is open. `name` is what runs of it are kept under.

    Raises InvalidInput, InvalidFields and SetupError.
    """
    settings = await asyncio.to_thread(read_target, text, folder=workspace)
    hash = hashlib.sha256(settings.model_dump_json().encode()).hexdigest()
    # The proxies of the environment stand between a service and its callers, so they are used as everywhere.
    async with httpx.AsyncClient(timeout=httpx.Timeout(deadline, connect=10.0)) as client:
        ask: Target
        if isinstance(settings, UrlSettings):
            ask, shown = open_url(settings, client), settings.url
        elif isinstance(settings, OpenAISettings):
            ask, shown = open_openai(settings, client), f"{settings.model} at {settings.url}"
        else:
            ask, digest = await asyncio.to_thread(open_python, settings, workspace)
            shown, hash = settings.function, hashlib.sha256(f"{hash}{digest}".encode()).hexdigest()
        yield Measured(
            app=name,
            variant=settings.kind,
            variant_hash=hash,
            target=f"{settings.kind} {shown}",
            ask=ask,
        )
