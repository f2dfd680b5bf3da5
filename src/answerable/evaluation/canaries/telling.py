"""Who hears of what: a change once, a failure that is the second in a row, and the end of either."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from answerable.db.database import Connection
from answerable.evaluation.canaries import store
from answerable.evaluation.canaries.types import Check, Standing
from answerable.evaluation.canaries.wording import FAILING, summarise_news, write_notice
from answerable.monitoring.alerts.service import AlertService

TOPIC: Final = "model_checks"
"""What a silence of all of this is called: the section of the settings."""


class Teller:
    """Leaves notices for the channels, in the transaction of what they tell of."""

    def __init__(self, alerts: AlertService, channels: Sequence[str]) -> None:
        self._alerts = alerts
        self._channels = tuple(channels)

    async def tell(self, tx: Connection, check: Check, standing: Standing | None) -> None:
        """Tell of a check what is news. What is inconclusive is none, and ends nothing.

        In a silence nothing is told and nothing counts as told: what still holds at the check after it is news then.
        """
        told = "" if standing is None else standing.told
        news = summarise_news(check)
        passing = news == FAILING and (standing is None or standing.check.state != "failed")
        if check.state == "inconclusive" or passing or news == told:
            return
        if await self._alerts.is_silent(tx, TOPIC):
            return
        await self._alerts.announce(tx, write_notice(check, "firing" if news else "ok"), self._channels)
        await store.write_told(tx, check.key, news)

    async def tell_accepted(self, tx: Connection, check: Check, *, told: str) -> None:
        """Tell of the end of what was told, where anything was."""
        if told and not await self._alerts.is_silent(tx, TOPIC):
            await self._alerts.announce(tx, write_notice(check, "ok"), self._channels)
            await store.write_told(tx, check.key, "")
