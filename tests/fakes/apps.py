"""App files for a workspace."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml


def write_app(workspace: Path, name: str, *, kind: str = "rag", **variant: Any) -> Path:
    """Write `apps/NAME.yaml` with one variant, `main`."""
    path = workspace / "apps" / f"{name}.yaml"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(yaml.safe_dump({"kind": kind, "variants": {"main": variant}}), encoding="utf-8")
    return path
