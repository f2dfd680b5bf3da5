"""`/metrics`: what Prometheus scrapes."""

from __future__ import annotations

import hmac

from fastapi import APIRouter, Depends, Request, Response
from fastapi.security.base import SecurityBase

from answerable.api.security import KeyOf, ServicesDep, get_services

router = APIRouter(tags=["monitoring"])


class _Scraper(SecurityBase):
    """A dependency that lets the token of `[server] metrics_token` through, and the keys of developers."""

    def __init__(self) -> None:
        self._keys = KeyOf("developer")
        self.scheme_name, self.model = self._keys.scheme_name, self._keys.model

    async def __call__(self, request: Request) -> None:
        token = (await get_services(request)).settings.server.metrics_token
        sent = request.headers.get("authorization", "").partition(" ")[2].strip()
        if token is None or not hmac.compare_digest(sent.encode(), token.get_secret_value().encode()):
            await self._keys(request)


@router.get("/metrics", response_class=Response, dependencies=[Depends(_Scraper())])
async def get_metrics(request: Request, services: ServicesDep) -> Response:
    """Return the metrics of this process, in Prometheus' text format or as OpenMetrics where that is asked for."""
    body, media_type = await services.metrics.render(request.headers.get("accept", ""))
    return Response(body, media_type=media_type)
