"""`/healthz`: the process lives. `/readyz`: it can answer. Both open, both without detail."""

from __future__ import annotations

from fastapi import APIRouter

from answerable.api.security import ServicesDep

router = APIRouter(tags=["health"])


@router.get("/healthz")
async def healthz() -> dict[str, str]:
    return {"status": "ok"}


@router.get("/readyz")
async def readyz(services: ServicesDep) -> dict[str, str]:
    """200 when the database answers, else the 503 that any request would get."""
    await services.database.ping()
    return {"status": "ready"}
