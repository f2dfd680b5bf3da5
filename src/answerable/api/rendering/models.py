"""Models as JSON: what they are, whether they can be reached, how they are doing in this process."""

from __future__ import annotations

from dataclasses import asdict
from decimal import Decimal
from typing import Any

from answerable.apps.rerankers import list_rerankers
from answerable.llm.catalogue import ModelInfo
from answerable.llm.status import ModelStatus
from answerable.wiring import Services


async def list_models(services: Services, *, check: bool) -> list[dict[str, Any]]:
    """Return each model as JSON, those of every app's labels among them. An unknown price is null, never 0."""
    used = [
        name
        for app in services.apps.list_apps()
        for label in app.labels.values()
        for tier in label.variant.content.model
        for name in tier
    ]
    rerankers = list_rerankers(services.apps.list_apps())
    found = await services.models.list_models(also=used, rerankers=rerankers, check=check)
    status = {one.name: one for one in services.models.list_status()}
    return [_render(model, status.get(model.name)) for model in found]


def _render(model: ModelInfo, status: ModelStatus | None) -> dict[str, Any]:
    facts = model.facts
    return {
        "name": model.name,
        "provider": model.provider,
        "kind": model.kind,
        "purpose": model.purpose,
        "default": model.default,
        "context_window": facts.context_window,
        "input_usd_per_million": _to_float(facts.input_price),
        "output_usd_per_million": _to_float(facts.output_price),
        "images": facts.images,
        "json_schema": facts.json_schema,
        "tools": facts.tools,
        "reachable": model.reachable,
        "detail": model.detail,
        "hint": model.hint,
        "status": None if status is None else _render_status(status),
    }


def _render_status(status: ModelStatus) -> dict[str, Any]:
    values = asdict(status)
    del values["name"]
    # A sum in which no price is known is not 0.
    unknown = status.unpriced > 0 and not status.spend_usd
    return values | {
        "spend_usd": None if unknown else float(status.spend_usd),
        "last_error_at": None if status.last_error_at is None else status.last_error_at.isoformat(),
    }


def _to_float(price: Decimal | None) -> float | None:
    return None if price is None else float(price)
