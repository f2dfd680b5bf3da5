"""The choice among equal models: the one with the least to do.

Least calls in flight, as nginx's `least_conn` and Envoy's `LEAST_REQUEST` count them: a slow model holds its calls
longer, so latency is in the number already. All of this process's calls are counted here and now, so there is no
stale view to guard against, which is what drawing two at random is for. A model that fails fast would look idle,
so its fresh failures count as calls. Equals are drawn by lot.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from answerable.llm.routing.deployment import Deployment


def choose(deployments: Sequence[Deployment], draw: Callable[[], float]) -> Deployment:
    """Return the one to ask; `draw` returns a number from 0 to 1."""
    if len(deployments) == 1:
        return deployments[0]
    loads = [_load(deployment) for deployment in deployments]
    least = min(loads)
    best = [deployment for deployment, load in zip(deployments, loads, strict=True) if load == least]
    return best[min(int(draw() * len(best)), len(best) - 1)]


def _load(deployment: Deployment) -> int:
    return deployment.record.in_flight + deployment.breaker.get_fresh_failures()
