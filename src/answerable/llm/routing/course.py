"""The order in which a call asks its models, and the waits in between."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from answerable.llm.policy import draw_wait
from answerable.llm.routing.attempt import Bounds
from answerable.llm.routing.balancing import choose
from answerable.llm.routing.call import Call, Failure
from answerable.llm.routing.deployment import Deployment

Tiers = Sequence[Sequence[Deployment]]


class Course:
    """Tier by tier, and within a tier in rounds: each model that is ready once, least busy first, then a wait.

    A model stays in the rounds of its tier while its failures may pass, up to the plan's number of attempts.
    """

    def __init__(self, tiers: Tiers, call: Call) -> None:
        self.failures: list[Failure] = []
        self.skipped: dict[str, Deployment] = {}
        self._tiers = tiers
        self._call = call
        self._enter(0)

    async def find_next(self) -> Deployment | None:
        """Return the model to ask now, None when there is none left or no time for it."""
        while self._tier < len(self._tiers):
            ready = self._list_ready()
            if ready:
                chosen = choose(ready, self._call.policy.draw)
                self._round.remove(chosen)
                return chosen
            if not await self._wait():
                self._enter(self._tier + 1)
        return None

    def find_hedge(self) -> Deployment | None:
        """Return another model that is ready and free at once: an equal one, else one of the next tier."""
        following = self._tiers[self._tier + 1] if self._tier + 1 < len(self._tiers) else ()
        for group in (self._round, following):
            free = [one for one in group if one.breaker.is_ready() and not one.limit.is_full()]
            if free:
                chosen = choose(free, self._call.policy.draw)
                self._forget(chosen)
                return chosen
        return None

    def fail(self, failures: Iterable[Failure]) -> bool:
        """Note failures. Returns False when the call is over with them."""
        over = False
        for failure in failures:
            self.failures.append(failure)
            over = over or failure.last
            if failure.retry in self._call.plan.retry and failure.deployment in self._tiers[self._tier]:
                self._again.append(failure)
        return not over

    def get_bounds(self) -> Bounds:
        """Return the bounds of a try that begins now."""
        plan, left = self._call.plan, self._call.deadline.left()
        if plan.attempt_deadline is not None:
            seconds = min(left, plan.attempt_deadline)
            return Bounds(seconds, min(plan.first_token, seconds), seconds == left)
        share = max(0.0, left - self._kept)
        # Once a streamed answer has begun there is no other model to leave time for.
        seconds = left if self._call.request.stream else share
        return Bounds(seconds, min(plan.first_token, share), seconds == left)

    def _enter(self, tier: int) -> None:
        self._tier = tier
        self._rounds = 1
        self._again: list[Failure] = []
        self._round = list(self._tiers[tier]) if tier < len(self._tiers) else []
        following = len(self._tiers) - tier - 1
        # What this tier leaves to the next ones, in seconds: all of them get the same.
        self._kept = self._call.deadline.left() * following / (following + 1) if following > 0 else 0.0

    def _list_ready(self) -> list[Deployment]:
        ready = []
        for deployment in tuple(self._round):
            if deployment.breaker.is_ready():
                ready.append(deployment)
                continue
            self._round.remove(deployment)
            if deployment.name not in self.skipped:
                self.skipped[deployment.name] = deployment
                self._call.note_skipped(deployment)
        return ready

    async def _wait(self) -> bool:
        """Wait for the next round of this tier. Returns False where there is none, or no sense in waiting for it."""
        policy = self._call.policy
        again, self._again = self._again, []
        if not again or self._rounds >= self._call.plan.get_attempts(self._tier):
            return False
        delay = min(failure.retry_after for failure in again) + draw_wait(policy, self._rounds)
        if delay >= self._call.deadline.left() - self._kept or (
            delay > policy.patience and self._has_other()
        ):
            return False
        await policy.sleep(delay)
        self._round = [failure.deployment for failure in again]
        self._rounds += 1
        return True

    def _has_other(self) -> bool:
        """Say whether a later tier has a model that is ready."""
        later = self._tiers[self._tier + 1 :]
        return any(deployment.breaker.is_ready() for tier in later for deployment in tier)

    def _forget(self, deployment: Deployment) -> None:
        """Take a hedge out of this round: it is being asked."""
        if deployment in self._round:
            self._round.remove(deployment)
