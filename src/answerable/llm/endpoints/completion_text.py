"""The answer out of the objects of chat completions, whole or in pieces."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import httpx2
from openai import APIError
from pydantic_ai.profiles import DEFAULT_THINKING_TAGS
from pydantic_ai.profiles.openai import OpenAIModelProfile

from answerable.llm.endpoints.types import Ending, Reply
from answerable.llm.endpoints.usage import read_usage
from answerable.llm.types import Usage

_ENDINGS: Mapping[str, Ending] = {"stop": "stop", "length": "length", "content_filter": "content_filter"}
_NO_REQUEST = httpx2.Request("POST", "")


def read_whole(body: Mapping[str, Any], profile: OpenAIModelProfile) -> Reply:
    """Return the reply of an answer in one piece. Raises KeyError and the like for a body that is none.

    A server that leaves out why it stopped has stopped all the same: the body is complete, or it would not parse.
    """
    if body.get("error") and not body.get("choices"):
        raise _in_band_error(body["error"])
    choice = body["choices"][0]
    message = choice["message"]
    ending: Ending = "content_filter" if message.get("refusal") else _read_ending(choice) or "stop"
    text = _without_thoughts(_read_content(message.get("content")), profile)
    usage, model = read_usage(body.get("usage")), body.get("model")
    return Reply(text, ending, usage, model, body.get("system_fingerprint"))


class CompletionText:
    """Puts the answer together from the events of a stream."""

    def __init__(self, profile: OpenAIModelProfile) -> None:
        self._opening, self._closing = profile.get("thinking_tags", DEFAULT_THINKING_TAGS)
        self._skips_space = profile.get("ignore_streamed_leading_whitespace", False)
        self._thinking = False
        self._pieces: list[str] = []
        self._ending: Ending | None = None
        self._usage: Usage | None = None
        self._model: str | None = None
        self._fingerprint: str | None = None

    def feed(self, event: Mapping[str, Any]) -> str:
        """Return the text of one event, empty when it has none. Raises APIError for an error sent in its place."""
        if event.get("error"):
            raise _in_band_error(event["error"])
        self._model = event.get("model") or self._model
        self._fingerprint = event.get("system_fingerprint") or self._fingerprint
        self._usage = read_usage(event.get("usage")) or self._usage
        if not event.get("choices"):
            return ""
        choice = event["choices"][0]
        self._ending = _read_ending(choice) or self._ending
        delta = choice.get("delta") or {}
        if delta.get("refusal"):
            self._ending = "content_filter"
        text = self._without_thoughts(_read_content(delta.get("content")))
        if text:
            self._pieces.append(text)
        return text

    def finish(self) -> Reply:
        return Reply("".join(self._pieces), self._ending, self._usage, self._model, self._fingerprint)

    def _without_thoughts(self, text: str) -> str:
        """Leave out what stands between the tags, which models send as tokens of their own."""
        if text in (self._opening, self._closing):
            self._thinking = text == self._opening
            return ""
        is_leading_space = self._skips_space and not self._pieces and text.isspace()
        return "" if self._thinking or is_leading_space else text


def _read_ending(choice: Mapping[str, Any]) -> Ending | None:
    reason = choice.get("finish_reason")
    return _ENDINGS.get(reason, "other") if reason else None


def _read_content(content: Any) -> str:
    """Return the text of a message: some servers send a list of parts instead."""
    if content is None or isinstance(content, str):
        return content or ""
    return "".join(part["text"] for part in content if part.get("type") == "text")


def _without_thoughts(text: str, profile: OpenAIModelProfile) -> str:
    opening, closing = profile.get("thinking_tags", DEFAULT_THINKING_TAGS)
    if opening not in text:
        return text
    return re.sub(f"{re.escape(opening)}.*?{re.escape(closing)}\\s*", "", text, flags=re.DOTALL)


def _in_band_error(error: Any) -> APIError:
    """Return the SDK's error for one that came after the status 200, as the SDK itself does."""
    message = error.get("message") if isinstance(error, Mapping) else error
    return APIError(str(message or "an error in the answer"), request=_NO_REQUEST, body=error)
