"""What was found out about judges, for whoever shows or uses their scores."""

from __future__ import annotations

from collections.abc import Mapping

from answerable.db.database import Database
from answerable.evaluation.judging.calibration import store
from answerable.evaluation.judging.calibration.types import Calibration, Found
from answerable.evaluation.judging.calibration.wording import describe_trust
from answerable.evaluation.judging.version import JudgeRef, find_judge


class CalibrationRecords:
    """Keeps calibrations. Raises Unavailable without the database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def add(self, calibration: Calibration) -> None:
        async with self._database.transaction() as tx:
            await store.insert(tx, calibration)

    async def list_newest(self, app: str, *, limit: int) -> list[Calibration]:
        """Return the calibrations of a judge, newest first."""
        async with self._database.transaction() as tx:
            return await store.list_newest(tx, app, limit=limit)

    async def find(self, judge: JudgeRef | str) -> Found | None:
        """Return how far a judge agrees with people: of just this variant, or else the newest of another one.

        `judge` may be the version of an evaluator's scores; None for one that is code, or never was calibrated.
        """
        ref = find_judge(judge) if isinstance(judge, str) else judge
        if ref is None:
            return None
        async with self._database.transaction() as tx:
            exact = await store.find_newest(tx, ref.app, variant=ref.variant)
            found = exact or await store.find_newest(tx, ref.app)
        return None if found is None else Found(found, stale=exact is None)

    async def list_trust(self, versions: Mapping[str, str]) -> dict[str, str]:
        """Return in a line each how far judges agree with people, by the ids that the versions came with.

        Versions of evaluators that are code are left out.
        """
        judges = {id: ref for id, version in versions.items() if (ref := find_judge(version)) is not None}
        return {id: describe_trust(await self.find(ref)) for id, ref in judges.items()}
