"""`/v1/online`: what is scored in the background."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from fastapi import APIRouter

from answerable.api.security import Developer, ServicesDep
from answerable.quality.online.types import Failure, RuleStatus, Spent

router = APIRouter(prefix="/v1/online", tags=["monitoring"])


@router.get("")
async def get_online(_: Developer, services: ServicesDep) -> dict[str, Any]:
    """List the rules with what their evaluators did today (UTC), what waits, and the newest failures."""
    status = await services.online.get_status()
    return {
        "rules": [_render_rule(rule) for rule in status.rules],
        "failures": [_render_failure(failure) for failure in status.failures],
    }


def _render_rule(status: RuleStatus) -> dict[str, Any]:
    rule = status.rule
    return {
        "name": rule.name,
        "app": rule.app,
        "share": rule.share,
        "evaluators": list(rule.evaluators),
        "usd_per_day": None if rule.usd_per_day is None else float(rule.usd_per_day),
        "waiting": status.waiting,
        "today": {evaluator: _render_spent(spent) for evaluator, spent in status.today.items()},
    }


def _render_spent(spent: Spent) -> dict[str, Any]:
    unknown = spent.unpriced > 0 and not spent.usd
    return asdict(spent) | {"usd": None if unknown else float(spent.usd)}


def _render_failure(failure: Failure) -> dict[str, Any]:
    return asdict(failure) | {"at": failure.at.isoformat()}
