"""A fake provider beside the tests, and a workspace with one app for each way in which it may misbehave."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from answerable.fake_models.behaviours import Behaviour, Timing
from answerable.fake_models.server import FakeModelServer
from tests.fakes.apps import write_app

DEADLINE = 3.0
LONG_DEADLINE = 120.0
POLICIES = ("keep", "strip", "repair", "abstain")
JUDGES = {
    "judged": "model:fake:fake-1",
    "judged-in-prose": "model:fake:fake-1!never_valid",
    "judged-too-late": "model:fake:fake-1!stall",
}
"""The verifiers of apps that have a model for it."""
FAULTY_CITATIONS = (Behaviour.WRONG_CITATION, Behaviour.HALLUCINATION)


@contextmanager
def fake_provider() -> Iterator[str]:
    """Serve fake models from a thread of this process; give the base address."""
    server = FakeModelServer(timing=Timing(slow_first_token=1.0))
    thread = threading.Thread(target=server.run, name="fake models")
    thread.start()
    try:
        yield server.url
    finally:
        server.should_exit = True
        thread.join()


def write_settings(workspace: Path, provider_url: str) -> None:
    """Write settings whose app `BEHAVIOUR` (or `BEHAVIOUR-POLICY`) asks a model that behaves so."""
    apps = {str(behaviour): (behaviour, "keep") for behaviour in Behaviour}
    apps |= {f"{fault}-{policy}": (fault, policy) for fault in FAULTY_CITATIONS for policy in POLICIES}
    models = {name: (f"fake:fake-1!{behaviour}", policy) for name, (behaviour, policy) in apps.items()}
    models |= {
        "stall-long": ("fake:fake-1!stall", "keep"),
        "steered": ("fake:fake-1", "keep"),
        "steered-repair": ("fake:fake-1", "repair"),
        "judged": ("fake:fake-1!hallucination", "strip"),
        "judged-in-prose": ("fake:fake-1", "abstain"),
        "judged-too-late": ("fake:fake-1", "abstain"),
    }
    for name, (model, policy) in models.items():
        write_app(
            workspace,
            name,
            model=model,
            policy=policy,
            verifier=JUDGES.get(name, "lexical"),
            resilience={"deadline": LONG_DEADLINE if name == "stall-long" else DEADLINE},
            cache={"exact": False},
        )
    provider = f'[providers.fake]\nbase_url = "{provider_url}/v1"\napi_key = "none"\n'
    (workspace / "answerable.toml").write_text(provider, encoding="utf-8")
