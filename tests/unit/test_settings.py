"""Settings: defaults for an empty folder, the environment over the file, mistakes named with their place."""

from __future__ import annotations

from pathlib import Path

import pytest

from answerable.core.errors import SetupError
from answerable.settings import find_workspace, load_settings


@pytest.fixture(autouse=True)
def _clean_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("DATABASE_URL", "ANSWERABLE_WORKSPACE", "ANSWERABLE_SERVER__PORT"):
        monkeypatch.delenv(name, raising=False)


def test_an_empty_folder_works(tmp_path: Path) -> None:
    settings = load_settings(tmp_path)
    assert settings.workspace == tmp_path
    assert settings.database_url is None
    assert settings.server.port == 8000


def test_the_file_is_read_and_the_environment_goes_first(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "answerable.toml").write_text(
        '[server]\nport = 9001\nhost = "0.0.0.0"\n[providers.mine]\nbase_url = "http://127.0.0.1:1/v1"\n'
    )
    monkeypatch.setenv("ANSWERABLE_SERVER__PORT", "9002")
    monkeypatch.setenv("DATABASE_URL", "postgresql://somewhere/db")
    settings = load_settings(tmp_path)
    assert settings.server.port == 9002
    assert settings.server.host == "0.0.0.0"
    assert settings.providers["mine"].base_url == "http://127.0.0.1:1/v1"
    assert settings.database_url is not None
    assert settings.database_url.get_secret_value() == "postgresql://somewhere/db"


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("[server]\nprot = 1\n", "server.prot: There is no such setting"),
        ('[server]\nport = "many"\n', "server.port"),
        ("[ingestion]\nprocesses = -1\n", "ingestion.processes"),
        ("[server\n", "answerable.toml"),
    ],
)
def test_a_mistake_is_named_with_its_place(tmp_path: Path, text: str, told: str) -> None:
    (tmp_path / "answerable.toml").write_text(text)
    with pytest.raises(SetupError, match=told.replace(".", r"\.")):
        load_settings(tmp_path)


def test_the_nearest_workspace_upwards_is_found(tmp_path: Path) -> None:
    (tmp_path / "answerable.toml").touch()
    below = tmp_path / "a" / "b"
    below.mkdir(parents=True)
    assert find_workspace(below) == tmp_path
