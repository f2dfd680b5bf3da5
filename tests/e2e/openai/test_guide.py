"""The Python of the guide runs as it stands, against a server as its reader has one."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest

from tests.e2e.openai.conftest import Gateway
from tests.e2e.openai.test_frameworks import get_python
from tests.e2e.running import clean_environment

pytestmark = pytest.mark.xdist_group("openai")

GUIDE = Path(__file__).parents[3] / "docs" / "guides" / "openai.md"
SNIPPETS = re.findall(r"^```python\n(.*?)^```", GUIDE.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL)


def test_the_snippets_run(gateway: Gateway) -> None:
    access = {"OPENAI_BASE_URL": gateway.url, "OPENAI_API_KEY": gateway.server.admin_key}
    result = subprocess.run(
        [get_python(), "-c", "\nprint()\n".join(SNIPPETS)],
        capture_output=True,
        text=True,
        timeout=180,
        env=clean_environment() | access,
        check=False,
    )
    assert result.returncode == 0, result.stderr[-3000:]
    assert result.stdout.count("You said: Hello to the harbour master.") == 4
    assert "supported" in result.stdout
    assert " tokens" in result.stdout
