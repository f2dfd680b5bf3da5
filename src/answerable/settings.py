"""The settings of a workspace: `answerable.toml`, overruled by environment variables. Read by `wiring` alone.

Everything has a default, so an empty folder works. `ANSWERABLE_SERVER__PORT=9000` sets `server.port`; the database
address is also read from the customary `DATABASE_URL`. A wrong name or value stops the start with its place.
"""

from __future__ import annotations

import os
import tomllib
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import AliasChoices, BaseModel, ConfigDict, Field, PositiveInt, SecretStr, ValidationError
from pydantic_core import ErrorDetails
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict

from answerable.core.errors import SetupError

FILE_NAME = "answerable.toml"
STATE_FOLDER = ".answerable"


class _Section(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


Origin = Annotated[str, Field(pattern=r"^(\*|https?://[^/\s]+)$")]
"""`https://shop.example`, without a path; `*` is any."""


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
    allowed_origins: tuple[Origin, ...] = Field(
        (), description="pages that may ask from a browser, such as `https://shop.example`; `*`: any"
    )
    session_requests_per_minute: int = Field(
        30, ge=0, description="of one browser's session, on top of its key's limit; 0 switches it off"
    )
    metrics_token: SecretStr | None = Field(
        None, min_length=16, description="lets Prometheus read /metrics, and nothing else"
    )


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
    options: dict[str, str] = Field(
        {}, description="of the kind: api_version, region, project, location, rerank"
    )
    prices: dict[str, PriceEntry] = {}
    contexts: dict[str, PositiveInt] = Field(
        {}, description="tokens that a model takes, where its server does not say it or says it wrongly"
    )
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


class FeedbackSettings(_Section):
    allowed_origins: tuple[Origin, ...] = Field(
        (), description="pages that may send feedback, besides those of server.allowed_origins"
    )
    token_days: int = Field(30, ge=1, le=366, description="for which an answer's feedback_token is valid")
    requests_per_minute: int = Field(
        600, ge=0, description="of feedback by token, for each key; 0 switches it off"
    )


class BudgetEntry(_Section):
    """What may be used in a day (UTC): `[[budgets]]`. At least one limit is given."""

    scope: Literal["key", "app", "user", "all"]
    match: str = Field("*", description="a key's name or id, an app, a user; `*` gives each one its own")
    requests: int | None = Field(None, ge=0)
    tokens: int | None = Field(None, ge=0)
    usd: Decimal | None = Field(None, ge=0, description="US dollars")
    warn_at: float = Field(0.8, gt=0, le=1, description="share of a limit at which a warning is logged")


class TracesSettings(_Section):
    enabled: bool = Field(True, description="keep a trace of every run")
    content: Literal["full", "redacted", "none"] = Field(
        "full", description="of prompts and answers: as they are, without personal data and secrets, or none"
    )
    keep_days: int = Field(90, ge=0, le=3650, description="of new traces; 0 keeps them for ever")
    redact: dict[str, str] = Field(
        {}, description="more to redact: regular expressions (RE2), by what stands in their place"
    )
    redact_ip: bool = Field(False, description="redact IP addresses too")
    detectors: tuple[str, ...] = Field(
        (), description="functions of your own that find what to redact, `module:function`"
    )
    memory_max_bytes: int = Field(
        64 << 20, ge=1 << 20, description="of traces on their way to the database, in each process"
    )
    spill_max_bytes: int = Field(
        2 << 30, ge=1 << 20, description="of traces in files while the database is away, for each process"
    )


class TelemetrySettings(_Section):
    """Traces to another backend, by OTLP over HTTP (protobuf, gzip)."""

    otlp_endpoint: str | None = Field(
        None, pattern=r"^https?://\S+$", description="`/v1/traces` is added, as exporters do"
    )
    otlp_headers: dict[str, SecretStr] = Field({}, description="such as Authorization")
    propagate: bool = Field(False, description="send `traceparent` with calls to model providers")


class ChannelEntry(_Section):
    """Where alerts go: `[channels.NAME]`."""

    kind: Literal["webhook", "slack", "email"]
    url: SecretStr | None = Field(None, description="webhook, slack: where to POST")
    url_env: str | None = Field(None, description="the variable that holds the url")
    secret: SecretStr | None = Field(None, description="webhook: signs each notice")
    secret_env: str | None = Field(None, description="the variable that holds the secret")
    host: str | None = Field(None, description="email: the mail server")
    port: int | None = Field(
        None, ge=1, le=65535, description="else 587 for starttls, 465 for tls, 25 for none"
    )
    tls: Literal["starttls", "tls", "none"] = "starttls"
    username: str | None = None
    password: SecretStr | None = None
    password_env: str | None = Field(None, description="the variable that holds the password")
    sender: str | None = Field(None, description="email: address that it comes from")
    recipients: tuple[str, ...] = Field((), description="email: addresses that it goes to")
    certificates: str | None = Field(
        None, description="file of the authorities that may have signed its certificate"
    )


class AlertEntry(_Section):
    """When to call somebody: `[[alerts]]`. One of `above` and `below` is given."""

    name: str = Field(pattern=r"^\w[\w .:-]{0,99}$")
    measure: str = Field(description="see the guide on monitoring")
    above: float | None = None
    below: float | None = None
    channels: tuple[str, ...] = Field((), description="names of [channels.NAME]")
    app: str | None = Field(None, description="else all apps together")
    variant: str | None = Field(None, description="a variant's id")
    window: str = Field("5m", description="what the measure is taken over, 1m to 31d")
    against: Literal["value", "last_week"] = Field(
        "value", description="last_week: the limits are multiples of the measure of the same hour last week"
    )
    min_requests: int = Field(1, ge=0, description="over fewer (thumbs, scores ...) nothing is concluded")
    lasts: str = Field("0s", alias="for", description="how long a limit must be passed")
    recover: float | None = Field(None, description="the limit at which it has recovered, else the same")
    recover_after: int = Field(3, ge=1, description="evaluations (every 15 s) in a row that say so")
    silenced: bool = Field(False, description="evaluate, and tell nobody")


class OnlineEntry(_Section):
    """Score a share of an app's runs in the background: `[[online]]`."""

    name: str = Field(pattern=r"^\w[\w .:-]{0,99}$")
    app: str | None = Field(None, description="else every app")
    share: float = Field(gt=0, le=1, description="of its runs, chosen by trace id")
    evaluators: tuple[str, ...] = Field(min_length=1, description="see the guide on monitoring; `judge:APP`")
    usd_per_day: Decimal | None = Field(
        None, ge=0, description="cap of what its judges may spend in a day (UTC)"
    )


class ModelChecksSettings(_Section):
    """Ask the models that the apps are pinned to whether they are still what they were."""

    every: str | None = Field(None, description="such as 1d or 12h; else only `answerable models check` asks")
    dataset: str | None = Field(None, description="examples that every app is asked, `NAME` or `NAME@3`")
    datasets: dict[str, str] = Field(
        {}, description="examples by app; else `dataset`, else those of its gate"
    )
    labels: tuple[str, ...] = Field(("production",), description="whose variants' models are asked")
    channels: tuple[str, ...] = Field((), description="names of [channels.NAME] that hear of changes")
    repeats: int = Field(1, ge=1, le=100, description="times each example is asked")
    max_usd: Decimal | None = Field(None, gt=0, description="cap of one check of one model")
    alpha: float = Field(
        0.01, gt=0, le=0.5, description="how often chance alone may look like a change, for each check"
    )
    min_examples: int = Field(10, ge=2, description="over fewer nothing is concluded about behaviour")


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
    feedback: FeedbackSettings = FeedbackSettings()
    providers: dict[str, ProviderEntry] = {}
    budgets: tuple[BudgetEntry, ...] = ()
    channels: dict[str, ChannelEntry] = {}
    alerts: tuple[AlertEntry, ...] = ()
    online: tuple[OnlineEntry, ...] = ()
    model_checks: ModelChecksSettings = ModelChecksSettings()
    traces: TracesSettings = TracesSettings()
    telemetry: TelemetrySettings = TelemetrySettings()

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
            f"{'.'.join(str(part) for part in problem['loc'])}: {_explain(problem)}"
            for problem in error.errors()
        )
        raise SetupError(
            f"The settings are not valid: {problems}.",
            hint=f"Mend {folder / FILE_NAME} or the ANSWERABLE_ environment variable of that name.",
        ) from error


def _explain(problem: ErrorDetails) -> str:
    return "There is no such setting" if problem["type"] == "extra_forbidden" else problem["msg"]


def _read_file(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except (FileNotFoundError, NotADirectoryError):
        return {}
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, OSError) as error:
        raise SetupError(f"{path} cannot be read: {error}.", hint="Mend the file.") from error
