"""What is measured when it is no app of ours, as a command line or a file says it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Final, Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from answerable.core.errors import FieldProblem, InvalidFields, InvalidInput

_HOW: Final = (
    "Give an address (https://host/ask), openai:MODEL@https://host/v1, FILE.py:FUNCTION,"
    " or a YAML file with `kind`."
)
_OPENAI = re.compile(r"openai:(?P<model>[^@\s]+)@(?P<url>https?://\S+)")
_MAX_FILE: Final = 100_000


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class UrlSettings(_Part):
    """An address that answers JSON. `body` is what it is sent: each text `{name}` stands for a field of the input, and
    `{input}` for all of it; without one the input itself. `answer`, `sources` ... say where in its JSON they stand, as
    `choices.0.text`; without them they are looked for. `headers` may name variables of the environment: `${KEY}`."""

    kind: Literal["url"] = "url"
    url: str = Field(pattern=r"^https?://")
    headers: Mapping[str, str] = {}
    body: Any = None
    answer: str | None = None
    sources: str | None = None
    cost_usd: str | None = None
    input_tokens: str | None = None
    output_tokens: str | None = None


class OpenAISettings(_Part):
    """An OpenAI-compatible endpoint. `url` ends before `/chat/completions`; `key_env` names the variable of the
    environment that holds the key. `system` is a message that goes first. Prices are of a million tokens."""

    kind: Literal["openai"] = "openai"
    url: str = Field(pattern=r"^https?://")
    model: str
    key_env: str = "OPENAI_API_KEY"
    system: str = ""
    temperature: float | None = 0.0
    max_tokens: int | None = Field(None, ge=1)
    input_price: float | None = Field(None, ge=0)
    output_price: float | None = Field(None, ge=0)


class PythonSettings(_Part):
    """An async callable (a plain one works too) in a file of the workspace, `PATH.py:NAME`."""

    kind: Literal["python"] = "python"
    function: str


TargetSettings = Annotated[UrlSettings | OpenAISettings | PythonSettings, Field(discriminator="kind")]

_SETTINGS: TypeAdapter[UrlSettings | OpenAISettings | PythonSettings] = TypeAdapter(TargetSettings)


def read_target(text: str, *, folder: Path) -> UrlSettings | OpenAISettings | PythonSettings:
    """Return what `--target` says; a YAML file is looked for in `folder`. Reads the disk.

    Raises InvalidInput and InvalidFields with everything that is wrong.
    """
    if text.endswith((".yaml", ".yml")):
        return _check(_read_file(folder / text, text), text)
    openai = _OPENAI.fullmatch(text)
    if openai is not None:
        return OpenAISettings(model=openai["model"], url=openai["url"])
    if text.startswith(("http://", "https://")):
        return UrlSettings(url=text)
    if ".py:" in text:
        return PythonSettings(function=text)
    raise InvalidInput(f"{text[:200]!r} names nothing that can be measured.", hint=_HOW, code="bad_target")


def _read_file(path: Path, name: str) -> Any:
    try:
        if path.stat().st_size > _MAX_FILE:
            raise InvalidInput(f"{name} has more than {_MAX_FILE:,} bytes.", hint=_HOW, code="bad_target")
        return yaml.safe_load(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise InvalidInput(f"{name} cannot be read: {error}", hint=_HOW, code="bad_target") from error


def _check(value: Any, name: str) -> UrlSettings | OpenAISettings | PythonSettings:
    try:
        return _SETTINGS.validate_python(value)
    except ValidationError as error:
        problems = [
            FieldProblem(".".join(map(str, found["loc"])), f"{found['msg']}.")
            for found in error.errors(include_url=False)
        ]
        raise InvalidFields(f"{name} describes no target", problems, hint=_HOW, code="bad_target") from error
