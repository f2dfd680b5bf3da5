"""What a server does beside answering: it watches over the answers."""

from __future__ import annotations

import asyncio
import logging

from answerable.core.errors import Unavailable
from answerable.core.tasks import pass_cancellation_on, stop
from answerable.evaluation.canaries.service import CanaryService
from answerable.monitoring.alerts.service import AlertService
from answerable.monitoring.service import MonitorService
from answerable.quality.online.service import OnlineEvaluation

_log = logging.getLogger(__name__)


async def run_watch(
    monitor: MonitorService,
    alerts: AlertService,
    online: OnlineEvaluation,
    canaries: CanaryService,
    *,
    version: str,
) -> None:
    """Mark the first start of a version on the charts; then watch alerts, sampled runs and models until cancelled."""
    try:
        await monitor.note_start(version)
    except Unavailable as error:
        pass_cancellation_on()
        _log.warning("The start of this server is not marked on the charts: %s", error.detail)
    tasks = [
        asyncio.create_task(alerts.run(), name="alerts"),
        asyncio.create_task(online.run(), name="online evaluation"),
        asyncio.create_task(canaries.run(), name="model checks"),
    ]
    try:
        await asyncio.gather(*tasks)
    finally:
        for task in tasks:
            await stop(task)
