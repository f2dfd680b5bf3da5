"""The settings of a workspace: `answerable.toml`, overruled by environment variables. Read by `wiring` alone.

Everything has a default, so an empty folder works. `ANSWERABLE_SERVER__PORT=9000` sets `server.port`; the database
address is also read from the customary `DATABASE_URL`. A wrong name or value stops the start with its place.
"""

from __future__ import annotations

import os
import tomllib
from decimal import Decimal
from pathlib import Path
from typing import Any, Literal

from pydantic import AliasChoices, BaseModel, ConfigDict, Field, SecretStr, ValidationError
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict

from answerable.core.errors import SetupError

FILE_NAME = "answerable.toml"
STATE_FOLDER = ".answerable"


class _Section(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class ServerSettings(_Section):
    host: str = "127.0.0.1"
    port: int = Field(8000, ge=0, le=65535, description="the next free one is taken when it is not free")
    requests_per_minute: int = Field(1200, ge=0, description="per key; 0 switches the limit off")
    max_body_bytes: int = Field(1 << 20, ge=1024, description="of a request that is not an upload")
    max_media_bytes: int = Field(
        32 << 20, ge=1024, description="of a request to an app, which may hold images and documents"
    )
    max_upload_bytes: int = Field(512 << 20, ge=1024, description="of one uploaded file")
    ingest: bool = Field(True, description="run the ingestion worker inside the server")


class PriceEntry(_Section):
    """US dollars for a million tokens of a model that no public price list has."""

    input: Decimal = Field(ge=0)
    output: Decimal = Field(ge=0)
    cached_input: Decimal | None = Field(None, ge=0, description="else as other input")
    cache_write: Decimal | None = Field(None, ge=0, description="else as other input")
    reasoning: Decimal | None = Field(None, ge=0, description="else as other output")
    image: Decimal | None = Field(None, ge=0, description="else as other input")


class ProviderEntry(_Section):
    """A model provider: `[providers.NAME]`, then `model = "NAME:MODEL"`."""

    kind: str = Field("openai-compatible", description="the wire format, see the guide on models")
    base_url: str | None = None
    api_key: SecretStr | None = None
    api_key_env: str | None = Field(None, description="the variable that holds the key")
    default_model: str | None = Field(None, description="makes this provider the default one")
    options: dict[str, str] = Field({}, description="of the kind: api_version, region, project, location")
    prices: dict[str, PriceEntry] = {}
    dimensions: dict[str, int] = Field({}, description="of embedding models that are not widely known")
    concurrency: int = Field(512, ge=1, description="chat calls in flight at once; as many again may wait")


class IngestionSettings(_Section):
    processes: int = Field(0, ge=0, le=64, description="0: one per core")
    max_file_bytes: int = Field(
        64 << 20, ge=1024, description="of one file; JSONL is streamed and has no bound"
    )
    parse_timeout: float = Field(300.0, gt=0, description="seconds after which a silent parser is given up")
    allow_private_hosts: tuple[str, ...] = Field(
        (), description="hosts with private addresses whose pages may be fetched, `host` or `host:port`"
    )


class BudgetEntry(_Section):
    """What may be used in a day (UTC): `[[budgets]]`. At least one limit is given."""

    scope: Literal["key", "app", "user", "all"]
    match: str = Field("*", description="a key's name or id, an app, a user; `*` gives each one its own")
    requests: int | None = Field(None, ge=0)
    tokens: int | None = Field(None, ge=0)
    usd: Decimal | None = Field(None, ge=0, description="US dollars")
    warn_at: float = Field(0.8, gt=0, le=1, description="share of a limit at which a warning is logged")


class Settings(BaseSettings):
    model_config = SettingsConfigDict(
        env_prefix="ANSWERABLE_", env_nested_delimiter="__", frozen=True, extra="forbid"
    )

    workspace: Path = Field(Path(), description="set by `--workspace` or ANSWERABLE_WORKSPACE")
    database_url: SecretStr | None = Field(
        None,
        validation_alias=AliasChoices("DATABASE_URL", "ANSWERABLE_DATABASE_URL", "database_url"),
        description="else the embedded PostgreSQL of the workspace",
    )
    database_connections: int = Field(12, ge=2, le=200, description="at most, for each process")
    embedder: str = Field("local:minilm", description="of a collection's first index")
    default_app: str = Field("ask", description="answers when a request names no app")
    default_model: str | None = Field(
        None,
        description="of variants that name none; else what the environment offers, else local:extractive",
    )
    server: ServerSettings = ServerSettings()
    ingestion: IngestionSettings = IngestionSettings()
    providers: dict[str, ProviderEntry] = {}
    budgets: tuple[BudgetEntry, ...] = ()

    @property
    def state_folder(self) -> Path:
        return self.workspace / STATE_FOLDER

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """The environment goes before the file, which `load_settings` passes in."""
        del settings_cls, dotenv_settings, file_secret_settings
        return env_settings, init_settings


def find_workspace(start: Path) -> Path:
    """Return the nearest folder from `start` upwards that is a workspace, or `start` itself."""
    for folder in (start, *start.parents):
        if (folder / FILE_NAME).is_file() or (folder / STATE_FOLDER).is_dir():
            return folder
    return start


def load_settings(workspace: Path | None = None) -> Settings:
    """Read and validate the settings. Raises SetupError that names the file, the entry and what is wrong with it."""
    chosen = workspace or os.environ.get("ANSWERABLE_WORKSPACE")
    folder = Path(chosen).absolute() if chosen else find_workspace(Path.cwd())
    try:
        return Settings(**{**_read_file(folder / FILE_NAME), "workspace": folder})
    except ValidationError as error:
        problems = "; ".join(
            f"{'.'.join(str(part) for part in problem['loc'])}: {problem['msg']}"
            for problem in error.errors()
        )
        raise SetupError(
            f"The settings are not valid: {problems}.",
            hint=f"Mend {folder / FILE_NAME} or the ANSWERABLE_ environment variable of that name.",
        ) from error


def _read_file(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except (FileNotFoundError, NotADirectoryError):
        return {}
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, OSError) as error:
        raise SetupError(f"{path} cannot be read: {error}.", hint="Mend the file.") from error
