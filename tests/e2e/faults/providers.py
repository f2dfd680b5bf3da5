"""A fake provider beside the tests, and a workspace with one app for each way in which it may misbehave."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from answerable.fake_models.behaviours import Behaviour, Timing
from answerable.fake_models.server import FakeModelServer

DEADLINE = 3.0
POLICIES = ("keep", "strip", "repair", "abstain")
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
    sections = [
        f'[apps.{name}]\nmodel = "fake:fake-1!{behaviour}"\npolicy = "{policy}"\ndeadline = {DEADLINE}\n'
        for name, (behaviour, policy) in apps.items()
    ]
    steered = "".join(
        f'[apps.steered{suffix}]\nmodel = "fake:fake-1"\npolicy = "{policy}"\ndeadline = {DEADLINE}\n'
        for suffix, policy in (("", "keep"), ("-repair", "repair"))
    )
    provider = f'[providers.fake]\nbase_url = "{provider_url}/v1"\napi_key = "none"\n'
    workspace.mkdir(parents=True, exist_ok=True)
    (workspace / "answerable.toml").write_text("\n".join([provider, steered, *sections]), encoding="utf-8")
