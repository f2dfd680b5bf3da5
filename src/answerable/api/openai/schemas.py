"""What an OpenAI client sends. Lenient: a field that is not known here is ignored, and null is as good as nothing.

https://platform.openai.com/docs/api-reference/chat/create
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from answerable.api.numbers import refuse_truth_values

MAX_MESSAGES = 2000
MAX_STOPS = 16
MAX_TOKENS = 1_000_000

_SchemaName = Annotated[str, Field(pattern=r"^[a-zA-Z0-9_-]{1,64}$")]


class TextPartIn(BaseModel):
    type: Literal["text"]
    text: str


class RefusalPartIn(BaseModel):
    """What a model would not answer, as an earlier turn."""

    type: Literal["refusal"]
    refusal: str


class ImageUrlIn(BaseModel):
    url: str = Field(description="`https:` address, or `data:image/...;base64,...`")


class ImagePartIn(BaseModel):
    type: Literal["image_url"]
    image_url: ImageUrlIn


PartIn = Annotated[TextPartIn | RefusalPartIn | ImagePartIn, Field(discriminator="type")]


class MessageIn(BaseModel):
    role: Literal["system", "developer", "user", "assistant", "tool", "function"] = Field(
        description="`tool` and `function` are refused: tools are not supported"
    )
    content: str | list[PartIn] | None = None
    tool_calls: list[Any] | None = Field(None, description="refused")


class StreamOptionsIn(BaseModel):
    include_usage: bool | None = None


class JsonSchemaIn(BaseModel):
    model_config = ConfigDict(populate_by_name=True)

    name: _SchemaName = "answer"
    json_schema: dict[str, Any] = Field(alias="schema", description="JSON Schema, draft 2020-12")


class TextFormatIn(BaseModel):
    type: Literal["text"]


class JsonObjectFormatIn(BaseModel):
    type: Literal["json_object"]


class JsonSchemaFormatIn(BaseModel):
    type: Literal["json_schema"]
    json_schema: JsonSchemaIn


FormatIn = Annotated[TextFormatIn | JsonObjectFormatIn | JsonSchemaFormatIn, Field(discriminator="type")]


def _to_user_id(value: Any) -> Any:
    """Return the id of a user that comes as an object, as Open WebUI sends it."""
    return value.get("id") if isinstance(value, dict) else value


UserIn = Annotated[str, Field(max_length=200), BeforeValidator(_to_user_id)]


class ChatBody(BaseModel):
    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {"model": "triage", "messages": [{"role": "user", "content": "The printer is on fire."}]}
            ]
        }
    )

    model: str = Field(min_length=1, max_length=200, description="the app: `NAME`, or `NAME@VARIANT`")
    messages: list[MessageIn] = Field(min_length=1, max_length=MAX_MESSAGES)
    stream: bool | None = None
    stream_options: StreamOptionsIn | None = None
    response_format: FormatIn | None = None
    max_completion_tokens: int | None = Field(None, ge=1, le=MAX_TOKENS)
    max_tokens: int | None = Field(None, ge=1, le=MAX_TOKENS)
    temperature: float | None = Field(None, ge=0, le=2)
    top_p: float | None = Field(None, ge=0, le=1)
    stop: str | Annotated[list[str], Field(max_length=MAX_STOPS)] | None = None
    seed: int | None = Field(None, ge=-(2**63), lt=2**63)
    user: UserIn | None = Field(None, description="who asks, in the words of your system")
    metadata: dict[str, Any] | None = Field(None, description="`conversation_id` groups the turns of one")
    n: int | None = Field(None, description="refused above 1")
    tools: list[Any] | None = Field(None, description="refused")
    functions: list[Any] | None = Field(None, description="refused")
    logprobs: bool | None = Field(None, description="refused when true")
    modalities: list[str] | None = Field(None, description="refused beyond `text`")
    audio: Any = Field(None, description="refused")
    web_search_options: Any = Field(None, description="refused")

    @model_validator(mode="before")
    @classmethod
    def _refuse_truth_values(cls, sent: Any) -> Any:
        return refuse_truth_values(sent, cls.model_fields)


class UsageDetailsOut(BaseModel):
    cached_tokens: int


class OutputDetailsOut(BaseModel):
    reasoning_tokens: int


class UsageOut(BaseModel):
    prompt_tokens: int
    completion_tokens: int
    total_tokens: int
    prompt_tokens_details: UsageDetailsOut
    completion_tokens_details: OutputDetailsOut


class AssistantMessageOut(BaseModel):
    role: Literal["assistant"]
    content: str
    refusal: None = None


class ChoiceOut(BaseModel):
    index: int
    message: AssistantMessageOut
    logprobs: None = None
    finish_reason: Literal["stop", "length", "content_filter"]


class AccountOut(BaseModel):
    """What OpenAI's format has no place for: where the answer comes from, and whether it holds."""

    trace_id: str
    app: str
    variant: str
    model: str
    cached: bool
    abstained: bool
    ingesting: bool = Field(description="it abstained while documents were still coming in: ask again later")
    cost_usd: float | None = Field(description="null when the price of the model is unknown")
    saved_usd: float | None
    conversation_id: str | None
    sources: list[str]
    citations: list[dict[str, Any]]
    verdicts: dict[str, int]
    feedback_token: str | None = Field(None, description="for POST /v1/feedback without a key")


class ChatOut(BaseModel):
    id: str
    object: Literal["chat.completion"]
    created: int
    model: str
    choices: list[ChoiceOut]
    usage: UsageOut
    answerable: AccountOut


class ModelOut(BaseModel):
    id: str = Field(description="the app's name, for `model`")
    object: Literal["model"]
    created: int
    owned_by: str


class ModelsOut(BaseModel):
    object: Literal["list"]
    data: list[ModelOut]


class ErrorOut(BaseModel):
    message: str
    type: str
    param: str | None
    code: str | None


class ErrorEnvelopeOut(BaseModel):
    error: ErrorOut
