"""The apps that the tests of the OpenAI wire format talk to."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml

DEADLINE = 3
LONG_DEADLINE = 120
_PROMPTS = {
    "chat.md": "{% block system %}You are a helpful clerk.{% endblock %}",
    "terse.md": "{% block system %}Answer in one word.{% endblock %}",
    "triage.md": "{% block system %}Sort tickets.{% endblock %}\n{% block user %}{{ ticket }}{% endblock %}",
}
_TRIAGE = {
    "type": "object",
    "properties": {"queue": {"enum": ["billing", "network"]}, "urgent": {"type": "boolean"}},
    "required": ["queue", "urgent"],
    "additionalProperties": False,
}


def write_apps(workspace: Path, provider_url: str) -> None:
    """Write a provider and the apps: `chat` with two variants, one that remembers answers, one that is grounded, one
    with typed output, and one for each fault."""
    workspace.mkdir(parents=True, exist_ok=True)
    settings = (
        f'[providers.fake]\nbase_url = "{provider_url}/v1"\napi_key = "none"\n'
        "[providers.fake.prices.fake-1]\ninput = 1.0\noutput = 2.0\n"
    )
    (workspace / "answerable.toml").write_text(settings, encoding="utf-8")
    (workspace / "prompts").mkdir(exist_ok=True)
    for name, text in _PROMPTS.items():
        (workspace / "prompts" / name).write_text(text, encoding="utf-8")
    _write_app(
        workspace, "chat", main=_variant("fake-1"), terse=_variant("fake-1", prompt="prompts/terse.md")
    )
    _write_app(workspace, "remembering", main=_variant("fake-1") | {"cache": {"exact": True}})
    _write_app(workspace, "ask", kind="rag", main={"model": "fake:fake-1", "collection": "docs"})
    triage = _variant("fake-1", prompt="prompts/triage.md") | {
        "input": {"ticket": {"type": "string"}},
        "output": {"schema": _TRIAGE, "name": "triage"},
    }
    _write_app(workspace, "triage", main=triage)
    for fault in ("stall", "server_error", "rate_limit", "cut_stream"):
        _write_app(workspace, fault.replace("_", "-"), main=_variant(f"fake-1!{fault}"))
    patient = {"resilience": {"deadline": LONG_DEADLINE, "attempts": 1}}
    _write_app(workspace, "stall-long", main=_variant("fake-1!stall") | patient)


def _variant(model: str, *, prompt: str = "prompts/chat.md") -> dict[str, Any]:
    return {
        "model": f"fake:{model}",
        "prompt": prompt,
        "resilience": {"deadline": DEADLINE, "attempts": 1},
        "cache": {"exact": False},
    }


def _write_app(workspace: Path, name: str, *, kind: str = "prompt", **variants: dict[str, Any]) -> None:
    path = workspace / "apps" / f"{name}.yaml"
    path.parent.mkdir(exist_ok=True)
    content = {"kind": kind, "variants": variants, "labels": {"production": "main"}}
    path.write_text(yaml.safe_dump(content), encoding="utf-8")
