"""`local:extractive`, a chat model that quotes: no provider, no key, no cost."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Sequence
from decimal import Decimal

import numpy as np

from answerable.core.errors import DeadlineExceeded
from answerable.llm.abstention import ABSTENTION
from answerable.llm.extractive.coefficients import Coefficients
from answerable.llm.extractive.compose import Piece, compose
from answerable.llm.extractive.phrases import PREFACES
from answerable.llm.extractive.rarity import Rarity
from answerable.llm.extractive.reader import Reader, Reading, Shortlist
from answerable.llm.minilm.model import TOKENIZER_PATH
from answerable.llm.sources import parse_question, parse_sources
from answerable.llm.tokens import CHARACTERS_PER_TOKEN, estimate_tokens
from answerable.llm.types import ChatRequest, ChatResult, Embedder, Message, TextDelta, Usage


class ExtractiveModel:
    """Implements `answerable.llm.types.ChatModel` for prompts that `llm.sources` rendered.

    What it says is its preface and sentences of the sources, or the abstention; never a word of its own beside
    these, so text in a source cannot make it do anything but be quoted.
    """

    name = "local:extractive"

    def __init__(self, embedder: Embedder, *, reader: Reader | None = None) -> None:
        self._embedder = embedder
        self._reader = reader or Reader(rarity=Rarity.load(TOKENIZER_PATH), coefficients=Coefficients.load())

    async def stream(self, request: ChatRequest) -> AsyncGenerator[TextDelta | ChatResult, None]:
        """Yield the preface and a line for each quote, last the result. Raises DeadlineExceeded, ServiceError."""
        prompt = _get_prompt(request.messages)
        try:
            async with asyncio.timeout(request.deadline):
                shortlist, reading = await self._read(prompt)
        except TimeoutError as error:
            raise DeadlineExceeded(
                f"The offline model did not answer within {request.deadline:g} s.",
                hint="The machine is busy: ask again, or raise the app's `deadline`.",
            ) from error
        said = []
        complete = True
        for piece in _say(reading, shortlist.question.language, request.max_tokens):
            complete = complete and piece.complete
            if piece.text:
                said.append(piece.text)
                yield TextDelta(piece.text)
        text = "".join(said)
        yield ChatResult(
            text=text,
            model=self.name,
            usage=Usage(input_tokens=estimate_tokens(prompt), output_tokens=estimate_tokens(text)),
            cost_usd=Decimal(0),
            finish_reason="stop" if complete else "length",
            response_model=self.name,
        )

    async def _read(self, prompt: str) -> tuple[Shortlist, Reading]:
        question, sources = parse_question(prompt), parse_sources(prompt)
        shortlist = await asyncio.to_thread(self._reader.shortlist, question, sources)
        texts = shortlist.get_texts()
        if not texts:
            return shortlist, Reading((), 0.0)
        query = await self._embedder.embed_query(question)
        vectors = await self._embedder.embed_passages(texts)
        return shortlist, self._reader.choose(shortlist, query=np.asarray(query), vectors=np.asarray(vectors))


def _get_prompt(messages: Sequence[Message]) -> str:
    """Return what was sent, without what models said: a repair follows the question that it is about."""
    return "\n\n".join(message.content for message in messages if message.role == "user")


def _say(reading: Reading, language: str, max_tokens: int) -> list[Piece]:
    if reading.quotes:
        return list(compose(reading.quotes, preface=PREFACES[language], max_tokens=max_tokens))
    whole = estimate_tokens(ABSTENTION) <= max_tokens
    return [Piece(ABSTENTION if whole else ABSTENTION[: max_tokens * CHARACTERS_PER_TOKEN], complete=whole)]
