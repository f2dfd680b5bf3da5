"""The JSON of the API. `render` turns our values into it; the CLI's `--json` prints the same shapes."""

from __future__ import annotations

from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from answerable.answering.question import MAX_QUESTION, MAX_TOKENS
from answerable.api.bodies import RequestBody

CollectionName = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9_-]{0,62}$")]


class AskBody(RequestBody):
    model_config = ConfigDict(
        json_schema_extra={"examples": [{"question": "How do I start the server?", "max_tokens": 512}]}
    )

    question: str = Field(min_length=1, max_length=MAX_QUESTION)
    max_tokens: int = Field(512, ge=1, le=MAX_TOKENS)
    app: str | None = None
    collection: CollectionName | None = None
    conversation_id: str | None = Field(None, max_length=200)
    user: str | None = Field(None, max_length=200)
    stream: bool = False


class PassageOut(BaseModel):
    """A passage as a source: where it stands in its document."""

    number: int
    document_id: UUID
    uri: str
    title: str
    chunk_id: str
    text: str
    heading_path: list[str]
    page: int | None
    start: int
    end: int
    score: float


class CitationOut(BaseModel):
    sentence: str
    start: int
    end: int
    markers: list[int]
    verdict: Literal["supported", "partial", "unsupported", "unchecked"]
    score: float
    source: int | None = Field(description="the number of the passage that supports it best")
    passage_start: int | None = Field(description="best span, in characters of the passage")
    passage_end: int | None
    reason: str | None = Field(description="why the verdict is not `supported`")
    passage: PassageOut | None = None


class AskOut(BaseModel):
    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "answer": "`make run` starts the server. [1]",
                    "sources": ["README.md"],
                    "tokens_used": 812,
                    "citations": [],
                    "trace_id": "0af7651916cd43dd8448eb211c80319c",
                    "app": "ask",
                    "variant": "default@4c1d2a90be11",
                    "cost_usd": 0.0,
                    "saved_usd": None,
                    "cached": False,
                    "abstained": False,
                    "ingesting": False,
                }
            ]
        }
    )

    answer: str
    sources: list[str] = Field(description="where each passage comes from; marker [n] is entry n")
    tokens_used: int
    citations: list[CitationOut]
    trace_id: str
    app: str
    variant: str
    cost_usd: float | None = Field(description="null when the price of the model is unknown")
    saved_usd: float | None = Field(None, description="what a cached answer would have cost")
    cached: bool
    abstained: bool
    ingesting: bool = Field(description="it abstained while documents were still coming in: ask again later")
    feedback_token: str | None = Field(None, description="for POST /v1/feedback without a key")


class SearchBody(RequestBody):
    model_config = ConfigDict(
        json_schema_extra={"examples": [{"query": "embedded database", "collection": "docs", "top_k": 5}]}
    )

    query: str = Field(min_length=1, max_length=MAX_QUESTION)
    collection: CollectionName = "docs"
    index: CollectionName | None = Field(None, description="one of its indexes; else the active one")
    top_k: int = Field(8, ge=1, le=100)
    filter: dict[str, Any] | None = Field(
        None, description='on metadata, `{"year": {"gte": 2020}}`, or on uri, title, language, document_id'
    )
    reranker: str | None = Field(
        None, max_length=200, description="orders the best passages anew; one that a variant of an app names"
    )


class DocumentRefOut(BaseModel):
    id: UUID
    uri: str
    title: str
    metadata: dict[str, Any]


class ScoresOut(BaseModel):
    dense: float | None
    lexical: float | None


class HitOut(BaseModel):
    document: DocumentRefOut
    chunk_id: str
    text: str
    heading_path: list[str]
    page: int | None
    start: int
    end: int
    score: float
    scores: ScoresOut


class SearchOut(BaseModel):
    results: list[HitOut]
