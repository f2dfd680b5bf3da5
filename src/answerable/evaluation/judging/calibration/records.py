"""What was found out about judges, for whoever shows or uses their scores."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from uuid import UUID

from answerable.db.database import Database
from answerable.evaluation.judging.calibration import store
from answerable.evaluation.judging.calibration.types import Calibration, Found
from answerable.evaluation.judging.calibration.wording import describe_trust
from answerable.evaluation.judging.version import JudgeRef, find_judge, find_online_judge
from answerable.feedback.types import Score


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

    async def find_of_scores(self, scores: Iterable[Score]) -> dict[UUID, Found | None]:
        """Return how far the judges of served answers agree with people, by the id of the score.

        Scores of people and of code are left out; None is a judge that never was calibrated.
        """
        judges = {score.id: ref for score in scores if (ref := find_online_judge(score)) is not None}
        found = {ref: await self.find(ref) for ref in set(judges.values())}
        return {id: found[ref] for id, ref in judges.items()}

    async def list_trust(self, versions: Mapping[str, str]) -> dict[str, str]:
        """Return in a line each how far judges agree with people, by the ids that the versions came with.

        Versions of evaluators that are code are left out.
        """
        judges = {id: ref for id, version in versions.items() if (ref := find_judge(version)) is not None}
        return {id: describe_trust(await self.find(ref)) for id, ref in judges.items()}
