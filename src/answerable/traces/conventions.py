"""The names of spans and attributes, pinned in one place.

`gen_ai.*`, `http.*` and the like are OpenTelemetry's semantic conventions as of opentelemetry-semantic-conventions
0.66b2; what they have no name for is in our own namespace, `answerable.*`. The guide on OpenTelemetry shows the table.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

SERVICE: Final = "answerable"
"""Our `service.name`, and the scope of our spans."""

# Steps of a run, as spans are named. A model's span is named `chat MODEL`, a tool's `execute_tool TOOL`.
ACCESS: Final = "access"
BUDGET: Final = "budget"
CONVERSATION: Final = "conversation"
KEEP_TURN: Final = "keep turn"
CACHE: Final = "cache"
REWRITE: Final = "rewrite"
RETRIEVAL: Final = "retrieval"
RERANK: Final = "rerank"
PROMPT: Final = "prompt"
VERIFICATION: Final = "verification"
POLICY: Final = "policy"
REPAIR: Final = "repair"

# Operations, the values of `gen_ai.operation.name`.
CHAT: Final = "chat"
RETRIEVE: Final = "retrieval"
EXECUTE_TOOL: Final = "execute_tool"
INVOKE_WORKFLOW: Final = "invoke_workflow"
INVOKE_AGENT: Final = "invoke_agent"

# OpenTelemetry's names.
OPERATION: Final = "gen_ai.operation.name"
PROVIDER: Final = "gen_ai.provider.name"
WORKFLOW: Final = "gen_ai.workflow.name"
CONVERSATION_ID: Final = "gen_ai.conversation.id"
REQUEST_MODEL: Final = "gen_ai.request.model"
REQUEST_MAX_TOKENS: Final = "gen_ai.request.max_tokens"
REQUEST_TEMPERATURE: Final = "gen_ai.request.temperature"
REQUEST_TOP_P: Final = "gen_ai.request.top_p"
REQUEST_SEED: Final = "gen_ai.request.seed"
REQUEST_STOP: Final = "gen_ai.request.stop_sequences"
REQUEST_STREAM: Final = "gen_ai.request.stream"
OUTPUT_TYPE: Final = "gen_ai.output.type"
RESPONSE_MODEL: Final = "gen_ai.response.model"
RESPONSE_FINGERPRINT: Final = "openai.response.system_fingerprint"
FINISH_REASONS: Final = "gen_ai.response.finish_reasons"
FIRST_CHUNK: Final = "gen_ai.response.time_to_first_chunk"
INPUT_TOKENS: Final = "gen_ai.usage.input_tokens"
OUTPUT_TOKENS: Final = "gen_ai.usage.output_tokens"
CACHE_READ_TOKENS: Final = "gen_ai.usage.cache_read.input_tokens"
CACHE_WRITE_TOKENS: Final = "gen_ai.usage.cache_creation.input_tokens"
REASONING_TOKENS: Final = "gen_ai.usage.reasoning.output_tokens"
INPUT_MESSAGES: Final = "gen_ai.input.messages"
OUTPUT_MESSAGES: Final = "gen_ai.output.messages"
DATA_SOURCE: Final = "gen_ai.data_source.id"
RETRIEVAL_DOCUMENTS: Final = "gen_ai.retrieval.documents"
RETRIEVAL_QUERY: Final = "gen_ai.retrieval.query.text"
TOOL_NAME: Final = "gen_ai.tool.name"
TOOL_CALL_ID: Final = "gen_ai.tool.call.id"
TOOL_ARGUMENTS: Final = "gen_ai.tool.call.arguments"
TOOL_RESULT: Final = "gen_ai.tool.call.result"
ERROR_TYPE: Final = "error.type"
USER: Final = "user.id"
HTTP_METHOD: Final = "http.request.method"
HTTP_ROUTE: Final = "http.route"
HTTP_STATUS: Final = "http.response.status_code"
URL_PATH: Final = "url.path"

# Our names.
APP: Final = "answerable.app"
KIND: Final = "answerable.kind"
VARIANT: Final = "answerable.variant"
VARIANT_HASH: Final = "answerable.variant.hash"
LABEL: Final = "answerable.label"
PURPOSE: Final = "answerable.purpose"
KEY: Final = "answerable.key.id"
CANCELLED: Final = "answerable.cancelled"
SAMPLED: Final = "answerable.sampled"
RECEIVED: Final = "answerable.received"
DROPPED: Final = "answerable.dropped_attributes"
COST: Final = "answerable.cost_usd"
SAVED: Final = "answerable.saved_usd"
ABSTAINED: Final = "answerable.abstained"
CACHED: Final = "answerable.cached"
CACHE_OUTCOME: Final = "answerable.cache.outcome"
CACHE_KIND: Final = "answerable.cache.kind"
CACHE_TRACE: Final = "answerable.cache.trace_id"
COLLECTION: Final = "answerable.collection"
INDEX: Final = "answerable.index"
HITS: Final = "answerable.retrieval.hits"
PASSAGES: Final = "answerable.retrieval.passages"
BEST_SCORE: Final = "answerable.retrieval.best_score"
EMBED_MS: Final = "answerable.retrieval.embed_ms"
DENSE_MS: Final = "answerable.retrieval.dense_ms"
LEXICAL_MS: Final = "answerable.retrieval.lexical_ms"
FETCH_MS: Final = "answerable.retrieval.fetch_ms"
REWRITTEN: Final = "answerable.rewrite.changed"
HISTORY: Final = "answerable.history.messages"
PROMPT_MESSAGES: Final = "answerable.prompt.messages"
PROMPT_CHARACTERS: Final = "answerable.prompt.characters"
ATTEMPT: Final = "answerable.attempt.number"
HEDGE: Final = "answerable.attempt.hedge"
VERIFIER: Final = "answerable.verifier"
SUPPORTED: Final = "answerable.verdicts.supported"
PARTIAL: Final = "answerable.verdicts.partial"
UNSUPPORTED: Final = "answerable.verdicts.unsupported"
UNCHECKED: Final = "answerable.verdicts.unchecked"
POLICY_NAME: Final = "answerable.policy"
POLICY_CHANGED: Final = "answerable.policy.changed"
SCHEMA_PROBLEMS: Final = "answerable.schema.problems"

CONTENT_ATTRIBUTES: Final = frozenset({
    INPUT_MESSAGES, OUTPUT_MESSAGES, RETRIEVAL_QUERY, TOOL_ARGUMENTS, TOOL_RESULT,
    # Of other services' spans: OpenTelemetry's other and earlier names, and those of OpenInference and OpenLLMetry.
    "gen_ai.system_instructions", "gen_ai.tool.definitions", "gen_ai.prompt", "gen_ai.completion",
    "gen_ai.evaluation.explanation", "input.value", "output.value", "traceloop.entity.input", "traceloop.entity.output",
    "llm.input_messages", "llm.output_messages", "db.query.text", "db.statement", "exception.message",
    "exception.stacktrace", "http.request.body", "http.response.body",
})  # fmt: skip
"""What people, documents and models said: redacted or left out as the app's policy has it."""

STRUCTURED_ATTRIBUTES: Final = frozenset(
    {
        INPUT_MESSAGES,
        OUTPUT_MESSAGES,
        RETRIEVAL_DOCUMENTS,
        TOOL_ARGUMENTS,
        TOOL_RESULT,
        "gen_ai.system_instructions",
        "gen_ai.tool.definitions",
    }
)
"""Lists and objects, which most senders and backends of OTLP have as JSON in a string."""

PROVIDERS: Final[Mapping[str, str]] = {
    "azure": "azure.ai.openai",
    "bedrock": "aws.bedrock",
    "google": "gcp.gemini",
    "google-vertex": "gcp.vertex_ai",
}
"""Kinds of providers that OpenTelemetry calls by another name than we do."""

VERDICTS: Final[Mapping[str, str]] = {
    "supported": SUPPORTED,
    "partial": PARTIAL,
    "unsupported": UNSUPPORTED,
    "unchecked": UNCHECKED,
}

DESCRIPTIONS: Final[Mapping[str, str]] = {
    APP: "name of the app",
    KIND: "`rag`, `prompt` or `agent`",
    VARIANT: "name of the variant and the start of its hash",
    VARIANT_HASH: "hash of everything that can change an answer",
    LABEL: "what the variant was found by; missing where the request named the variant itself",
    PURPOSE: "`serve`, `trial`, `batch`, `eval`, `judge` or `online`",
    KEY: "id of the API key",
    CANCELLED: "true where nobody waited for the end",
    SAMPLED: "false where the caller's `traceparent` asked not to sample: kept here, not sent on",
    RECEIVED: "true on spans that another service sent here",
    DROPPED: "attributes of such a span that were not kept, being too many",
    COST: "price in US dollars; missing where it is not known",
    SAVED: "what a cached answer would have cost",
    ABSTAINED: "whether the app declined to answer",
    CACHED: "whether the answer was made for an earlier request",
    CACHE_OUTCOME: "`hit`, `miss` or `bypass`",
    CACHE_KIND: "of a hit: `memory`, `shared` (another server's), `like` (a question that means the same) or "
    "`joined` (somebody asked the same at the same time)",
    CACHE_TRACE: "trace of the run that made the cached answer",
    COLLECTION: "collection searched",
    INDEX: "id of its index",
    HITS: "passages found",
    PASSAGES: "passages put before the model",
    BEST_SCORE: "cosine of question and nearest passage",
    EMBED_MS: "embedding the question",
    DENSE_MS: "nearest vectors",
    LEXICAL_MS: "BM25",
    FETCH_MS: "reading the passages",
    REWRITTEN: "whether a follow-up was rewritten to stand alone",
    HISTORY: "earlier messages of the conversation that were kept",
    PROMPT_MESSAGES: "messages in the prompt",
    PROMPT_CHARACTERS: "characters in the prompt",
    ATTEMPT: "1 for the first try of a call",
    HEDGE: "true for a second try beside one that was slow",
    VERIFIER: "`lexical` or `model:NAME`",
    SUPPORTED: "sentences that their passages support",
    PARTIAL: "sentences of which a part is supported",
    UNSUPPORTED: "sentences that their passages do not support",
    UNCHECKED: "sentences that nobody could check",
    POLICY_NAME: "`keep`, `strip`, `repair` or `abstain`",
    POLICY_CHANGED: "whether the policy changed the answer",
    SCHEMA_PROBLEMS: "fields of the model's JSON that do not fit the output schema",
}
"""Our own attributes in words, for the guide."""
