"""What a request may use, before anything is known of it: for budgets, while the first answers are under way."""

from __future__ import annotations

from answerable.access.budgets.types import Estimate
from answerable.answering.metering import IMAGE_TOKENS
from answerable.answering.types import RunRequest
from answerable.apps.content import VariantContent
from answerable.llm.tokens import estimate_tokens


def estimate_use(content: VariantContent, request: RunRequest) -> Estimate:
    """Return the tokens of the request at most: its texts, the passages of a `rag` app, and the longest answer."""
    texts = sum(estimate_tokens(value) for value in request.input.values() if isinstance(value, str))
    texts += sum(estimate_tokens(message.content) for message in request.messages)
    files = sum(isinstance(value, bytes) for value in request.input.values())
    files += sum(len(message.images) for message in request.messages)
    passages = 0 if content.grounding is None else content.grounding.context_tokens
    longest = request.max_tokens or content.max_tokens
    return Estimate(tokens=float(texts + files * IMAGE_TOKENS + passages + longest))
