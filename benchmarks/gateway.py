"""`POST /v1/chat/completions` through a `prompt` app, traced and priced, against a LiteLLM proxy and FastAPI + the SDK.

    python -m benchmarks.gateway

All stand in front of the same fake model server of no latency, and are asked by the same client in turn: 16 callers for
requests a second, one caller for what a gateway adds to a request and to its first text. Every request is a new one,
so no cache answers. `ANSWERABLE_LITELLM` names the Python of an environment with `peers/requirements-litellm.in`; the
proxy runs as its guide for production says (`LITELLM_MODE=PRODUCTION`, log level ERROR, no verbose logging, a master
key), prices each call by its own entry, and has no database to write to. It is measured with one worker process, as
we have one, and with one for each core, as it starts by itself.
"""

from __future__ import annotations

import json
import os
import sys
import tempfile
import urllib.request
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import median
from typing import Any

from benchmarks.chat_load import ChatLoad, Target, measure
from benchmarks.processes import free_port, running, running_answerable
from benchmarks.report import write_result

ROUNDS = 3
SECONDS = 5.0
CALLERS = 16
LITELLM_VARIABLE = "ANSWERABLE_LITELLM"
_LITELLM_KEY = "sk-benchmark"
_LITELLM_CONFIG = """\
model_list:
  - model_name: chat
    litellm_params:
      model: openai/fake-1
      api_base: {url}
      api_key: none
      input_cost_per_token: 0.000001
      output_cost_per_token: 0.000002
general_settings:
  master_key: {key}
litellm_settings:
  set_verbose: false
  request_timeout: 600
"""
_LITELLM_ENVIRONMENT = {
    "LITELLM_MODE": "PRODUCTION",
    "LITELLM_LOG": "ERROR",
    "LITELLM_LOCAL_MODEL_COST_MAP": "True",  # else it asks for prices in the network at the start
}
_SETTINGS = """\
[server]
requests_per_minute = 0
[providers.fake]
base_url = "{url}"
api_key = "none"
[providers.fake.prices.fake-1]
input = 1.0
output = 2.0
"""
_APP = """\
kind: prompt
variants:
  main:
    model: fake:fake-1
    prompt: prompts/chat.md
labels:
  production: main
"""
_PROMPT = "{% block system %}You are a helpful assistant.{% endblock %}\n"


@dataclass(frozen=True, slots=True)
class Kind:
    """One way to ask. `pace` is the provider's pause between two pieces of a streamed answer, in seconds."""

    stream: bool
    callers: int
    pace: float = 0.0


KINDS = {
    "plain": Kind(stream=False, callers=CALLERS),
    "streaming": Kind(stream=True, callers=CALLERS),
    "streaming_paced": Kind(stream=True, callers=CALLERS, pace=0.001),
    "plain_alone": Kind(stream=False, callers=1),
    "streaming_alone": Kind(stream=True, callers=1),
}
"""`streaming_paced` is nearer to a real model: without a pause the whole answer comes in one piece of the network's,
and a gateway that hands on what came together has one piece to write."""


def main() -> None:
    figures: dict[str, dict[str, Any]] = {}
    with tempfile.TemporaryDirectory(prefix="answerable-bench-") as folder, fake_models() as url:
        for server in _list_servers(Path(folder), url):
            with server as target:
                figures[target.name] = _measure(target, url)
    result = {"callers": CALLERS, "rounds": ROUNDS, "servers": figures, **_compare(figures)}
    write_result("gateway", result)
    print(json.dumps(result, indent=2))


def _list_servers(base: Path, url: str) -> Iterator[AbstractContextManager[Target]]:
    """Yield the servers, to be run one after the other: what another one does when idle is nobody's cost."""
    yield nullcontext(Target("direct", url, "fake-1"))
    yield answerable_gateway(base / "ours", url)
    for transport in ("httpx", "aiohttp"):
        yield _passthrough(transport, url)
    python = os.environ.get(LITELLM_VARIABLE)
    if python is None:
        print(f"{LITELLM_VARIABLE} is not set: measuring without LiteLLM.", file=sys.stderr)
        return
    for workers in sorted({1, os.cpu_count() or 1}):
        yield _litellm(python, base, url, workers)


@contextmanager
def fake_models() -> Iterator[str]:
    """Run the fake model server; give its address as an SDK takes it."""
    port = free_port()
    command = [sys.executable, "-m", "answerable", "fake-models", "--port", str(port)]
    with running(command, url=f"http://127.0.0.1:{port}/v1/models"):
        yield f"http://127.0.0.1:{port}/v1"


@contextmanager
def answerable_gateway(workspace: Path, model_url: str) -> Iterator[Target]:
    """Run `answerable serve` with the app `chat` on the fake model."""
    with running_gateway(workspace, model_url) as (target, _):
        yield target


@contextmanager
def running_gateway(workspace: Path, model_url: str) -> Iterator[tuple[Target, int]]:
    """Run `answerable serve` with the app `chat` on the fake model; give also its process id."""
    files = {
        "answerable.toml": _SETTINGS.format(url=model_url),
        "apps/chat.yaml": _APP,
        "prompts/chat.md": _PROMPT,
    }
    for name, text in files.items():
        path = workspace / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    with running_answerable(workspace) as ready:
        yield Target("answerable", f"{ready['url']}/v1", "chat", ready["admin_key"]), ready["pid"]


@contextmanager
def _passthrough(transport: str, model_url: str) -> Iterator[Target]:
    port = free_port()
    command = [sys.executable, "-m", "benchmarks.peers.openai_passthrough", transport, model_url, str(port)]
    with running(command, url=f"http://127.0.0.1:{port}/readyz"):
        yield Target(f"fastapi_openai_{transport}", f"http://127.0.0.1:{port}/v1", "fake-1")


@contextmanager
def _litellm(python: str, base: Path, model_url: str, workers: int) -> Iterator[Target]:
    config = base / "litellm.yaml"
    config.write_text(_LITELLM_CONFIG.format(url=model_url, key=_LITELLM_KEY))
    port = free_port()
    program = str(Path(python).with_name("litellm"))
    command = [program, "--config", str(config), "--port", str(port), "--num_workers", str(workers)]
    url = f"http://127.0.0.1:{port}"
    with running(command, url=f"{url}/health/liveliness", env=_LITELLM_ENVIRONMENT):
        yield Target(f"litellm_{workers}_workers", f"{url}/v1", "chat", _LITELLM_KEY)


def _measure(target: Target, model_url: str) -> dict[str, Any]:
    """Return the middle round of each kind."""
    rounds: dict[str, list[ChatLoad]] = {kind: [] for kind in KINDS}
    for _ in range(ROUNDS):
        for name, kind in KINDS.items():
            _set_pace(model_url, kind.pace)
            load = measure(target, stream=kind.stream, seconds=SECONDS, callers=kind.callers)
            rounds[name].append(load)
            print(f"{target.name:24} {name:16} {load}", flush=True)
    return {kind: _middle(loads) for kind, loads in rounds.items()}


def _set_pace(model_url: str, seconds: float) -> None:
    body = json.dumps({"timing": {"token_delay": seconds}}).encode()
    with urllib.request.urlopen(f"{model_url.removesuffix('/v1')}/control", data=body, timeout=5):
        pass


def _middle(loads: list[ChatLoad]) -> dict[str, Any]:
    rate = median(load.requests_per_second for load in loads)
    middle = min(loads, key=lambda load: abs(load.requests_per_second - rate))
    return {**asdict(middle), "errors": sum(load.errors for load in loads)}


def _compare(figures: dict[str, dict[str, Any]]) -> dict[str, Any]:
    """Return what each server adds to the bare upstream for one caller, and our figures against the peers'."""
    direct, ours = figures["direct"], figures["answerable"]
    added = {
        name: {
            "p50_ms": round(server["plain_alone"]["p50_ms"] - direct["plain_alone"]["p50_ms"], 3),
            "p50_ms_with_16_callers": round(server["plain"]["p50_ms"] - direct["plain"]["p50_ms"], 3),
            "first_text_ms": round(
                server["streaming_alone"]["first_text_ms"] - direct["streaming_alone"]["first_text_ms"], 3
            ),
        }
        for name, server in figures.items()
        if name != "direct"
    }
    against = {
        name: {
            **{
                kind: round(ours[kind]["requests_per_second"] / server[kind]["requests_per_second"], 2)
                for kind in ("plain", "streaming", "streaming_paced")
            },
            **{key: round(added["answerable"][key] / added[name][key], 3) for key in added[name]},
        }
        for name, server in figures.items()
        if name not in {"direct", "answerable"}
    }
    return {"added": added, "answerable_against": against}


if __name__ == "__main__":
    main()
