"""JSON as an answer: the three ways to ask a model for it, and the JSON out of what it says."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Final

from pydantic_ai.exceptions import ModelHTTPError, UserError
from pydantic_ai.models import ModelRequestParameters
from pydantic_ai.output import OutputObjectDefinition
from pydantic_ai.profiles import ModelProfile
from pydantic_ai.tools import ToolDefinition

from answerable.core.errors import InvalidInput, SetupError
from answerable.llm.types import ChatRequest, OutputMode, OutputSchema

_LONGEST_QUOTE: Final = 500
_TOOL_DESCRIPTION: Final = "Give the answer. Call this once, with the complete answer."
_SCHEMA_WORDS: Final = (
    "schema",
    "response_format",
    "response format",
    "output_config",
    "output_format",
    "text.format",
)
"""What providers name when they reject a schema: the parameter that it stands in, or the thing itself."""
_OPENING = frozenset("{[")
_CLOSING = frozenset("}]")


def choose_mode(output: OutputSchema, profile: ModelProfile, name: str) -> OutputMode:
    """Return the way to ask the model `name`, which `profile` describes: never `auto`.

    Raises SetupError for a way that the model is known not to have.
    """
    has_native = profile.get("supports_json_schema_output", False)
    has_tools = profile.get("supports_tools", True)
    if output.mode == "auto":
        can_force = has_tools and profile.get("supports_forced_tool_choice", True)
        return "native" if has_native else "tool" if can_force else "prompted"
    if (output.mode == "native" and not has_native) or (output.mode == "tool" and not has_tools):
        raise SetupError(
            f"{name} has no {output.mode} output mode.",
            hint="Use the output mode `auto`, which takes one that the model has.",
            code="output_mode_unsupported",
        )
    return output.mode


def to_parameters(output: OutputSchema, mode: OutputMode) -> ModelRequestParameters:
    """Return what Pydantic AI needs to ask for JSON of this schema in this way."""
    schema = dict(output.schema)
    if mode == "tool":
        tool = ToolDefinition(
            name=output.name, parameters_json_schema=schema, description=_TOOL_DESCRIPTION, kind="output"
        )
        return ModelRequestParameters(output_mode="tool", output_tools=[tool], allow_text_output=False)
    wanted = OutputObjectDefinition(schema, name=output.name)
    if mode == "native":
        return ModelRequestParameters(output_mode="native", output_object=wanted)
    return ModelRequestParameters(output_mode="prompted", output_object=wanted)


@contextmanager
def clear_rejection(request: ChatRequest, name: str) -> Iterator[None]:
    """Raise InvalidInput when the provider of the model `name` rejects the schema of the request.

    Everything else passes. A rejected schema is the mistake of whoever wrote it: no second try mends it.
    """
    try:
        yield
    except (ModelHTTPError, UserError) as error:
        problem = _find_schema_problem(error)
        if request.output is None or problem is None:
            raise
        raise InvalidInput(
            f"The provider of {name} rejected the output schema {request.output.name!r}: {problem}",
            hint="Change the schema, or the output mode: `prompted` takes any schema.",
            code="schema_rejected",
        ) from error


def _find_schema_problem(error: ModelHTTPError | UserError) -> str | None:
    """Return what the provider, or the library on its behalf, says of the schema; None when it speaks of others."""
    if isinstance(error, UserError):
        return error.message if "schema" in error.message else None
    if error.status_code not in {400, 422}:
        return None
    body = error.body
    inner = body.get("error", body) if isinstance(body, Mapping) else body
    details = inner if isinstance(inner, Mapping) else {"message": inner}
    said = " ".join(str(details.get(key) or "") for key in ("message", "param", "code")).lower()
    return _clip(str(details.get("message"))) if any(word in said for word in _SCHEMA_WORDS) else None


def _clip(text: str) -> str:
    text = " ".join(text.split())
    return text if len(text) <= _LONGEST_QUOTE else text[: _LONGEST_QUOTE - 1] + "…"


class JsonText:
    """Passes on the first JSON object or array of a text, and nothing around it: no fence, no words.

    Models that are only asked in words for JSON like to put some around it. It follows brackets and strings, no
    more: whether the JSON is valid is for the caller to find out. A text without a bracket passes as it is.
    """

    def __init__(self) -> None:
        self._before: list[str] = []
        self._depth = 0
        self._in_string = False
        self._escaped = False
        self._begun = False
        self._ended = False

    def feed(self, piece: str) -> str:
        """Return the part of the piece that is JSON."""
        if self._ended:
            return ""
        start = 0
        if not self._begun:
            start = next((place for place, sign in enumerate(piece) if sign in _OPENING), len(piece))
            if start == len(piece):
                self._before.append(piece)
                return ""
            self._begun = True
        for place in range(start, len(piece)):
            if self._is_end(piece[place]):
                self._ended = True
                return piece[start : place + 1]
        return piece[start:]

    def finish(self) -> str:
        """Return what is still owed at the end: the whole text, when there was no JSON in it."""
        return "" if self._begun else "".join(self._before).strip()

    def _is_end(self, sign: str) -> bool:
        """Take one more character, and say whether the value is complete with it."""
        if self._in_string:
            if self._escaped:
                self._escaped = False
            elif sign == "\\":
                self._escaped = True
            elif sign == '"':
                self._in_string = False
            return False
        if sign == '"':
            self._in_string = True
        elif sign in _OPENING:
            self._depth += 1
        elif sign in _CLOSING:
            self._depth -= 1
            return self._depth == 0
        return False
