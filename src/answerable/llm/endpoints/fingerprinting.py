"""Chat completions with the fingerprint of what has answered, which Pydantic AI leaves out.

Its hooks for details of a response are used as its documentation has it.
"""

from __future__ import annotations

from typing import Any, Final

from openai.types import chat
from pydantic_ai.models.openai import OpenAIChatModel, OpenAIStreamedResponse

FINGERPRINT: Final = "system_fingerprint"
"""Its name among the details of a response, and in the answer of the provider."""


class FingerprintedStream(OpenAIStreamedResponse):
    """A streamed answer with its fingerprint among its details."""

    def _map_chunk_provider_details(self, chunk: chat.ChatCompletionChunk) -> dict[str, Any] | None:
        return _add(super()._map_chunk_provider_details(chunk), chunk.system_fingerprint)


class FingerprintedChatModel(OpenAIChatModel):
    """A model whose answers have their fingerprint among their details."""

    def _process_provider_details(self, response: chat.ChatCompletion) -> dict[str, Any] | None:
        return _add(super()._process_provider_details(response), response.system_fingerprint)

    @property
    def _streamed_response_cls(self) -> type[OpenAIStreamedResponse]:
        return FingerprintedStream


def _add(details: dict[str, Any] | None, fingerprint: str | None) -> dict[str, Any] | None:
    return {**(details or {}), FINGERPRINT: fingerprint} if fingerprint else details
