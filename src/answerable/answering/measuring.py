"""Variants of apps as things to measure: an example becomes a request, and its answer the output of an eval run."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from answerable.answering.fields import FILES, get_fields
from answerable.answering.front import FrontService
from answerable.answering.types import Answer, Caller, RunRequest
from answerable.apps.service import AppService
from answerable.apps.types import Variant
from answerable.core.errors import InvalidInput
from answerable.datasets.types import Example, Turn
from answerable.evaluation.targets.types import Measured
from answerable.evaluation.types import Output, Passage, Sentence
from answerable.knowledge.index.search import SearchService
from answerable.llm.service import Models
from answerable.llm.types import Message

_ADDRESSES = ("https://", "http://", "data:")


class AppMeasurer:
    """Opens variants. Their runs are of the purpose `eval`, pass the cache of answers by, and see every document."""

    def __init__(
        self,
        front: FrontService,
        *,
        apps: AppService,
        models: Models,
        search: SearchService,
        workspace: Path,
    ) -> None:
        self._front = front
        self._apps = apps
        self._models = models
        self._search = search
        self._workspace = workspace

    async def open(self, reference: str | None, *, model: str | None = None) -> Measured:
        """Return the variant that `APP` or `APP@VARIANT` names now, with one `model` in place of its own if given.

        Raises NotFound and InvalidInput.
        """
        registered = self._apps.get_variant(reference)
        variant = registered if model is None else registered.with_model(model)

        async def ask(example: Example) -> Output:
            return await self._ask(
                variant, example, reference=f"{registered.app}@{registered.id}", model=model
            )

        return Measured(
            app=variant.app,
            variant=variant.name,
            variant_hash=variant.hash,
            target="app",
            ask=ask,
            origin=await self._describe_origin(variant),
            reusable=True,
            digest=self._make_digest(variant),
        )

    async def _ask(self, variant: Variant, example: Example, *, reference: str, model: str | None) -> Output:
        values: Mapping[str, Any] = example.input
        names = _list_files(variant)
        if names:
            values = await asyncio.to_thread(_open_files, values, names, self._workspace)
        request = RunRequest(
            app=reference,
            model=model,
            input=values,
            history=tuple(Message(turn.role, turn.text) for turn in example.history),
            fresh=True,
            purpose="eval",
        )
        return to_output(await self._front.run(request, Caller()), example)

    def _make_digest(self, variant: Variant) -> Callable[[Example], str] | None:
        names = _list_files(variant)
        if not names:
            return None

        def digest(example: Example) -> str:
            try:
                opened = _open_files(example.input, names, self._workspace)
            except InvalidInput:
                return ""  # asking will say what is wrong with it
            parts = [opened[name] for name in names if isinstance(opened.get(name), bytes)]
            return " ".join(hashlib.sha256(part).hexdigest() for part in parts)

        return digest

    async def _describe_origin(self, variant: Variant) -> str:
        """Name what decides an answer beside the variant: what its models stand for here, and what it searches."""
        content = variant.content
        origin = self._models.describe_origin(content.model_names)
        if content.grounding is None:
            return origin
        index = await self._search.find_index(content.grounding.collection, content.grounding.index)
        return f"{origin} {index.id}:{index.generation}" if index else f"{origin} -"


def to_output(answer: Answer, example: Example) -> Output:
    """Return what evaluators see of an answer."""
    turns: tuple[Turn, ...] = ()
    if example.history:
        asked = str(example.input.get("question") or next(iter(example.input.values()), ""))
        turns = (*example.history, Turn("user", asked), Turn("assistant", answer.answer))
    return Output(
        text=answer.answer,
        data=answer.data,
        passages=tuple(
            Passage(
                text=hit.text,
                id=hit.chunk_id,
                document_id=str(hit.document.id),
                uri=hit.document.uri,
                title=hit.document.title,
                start=hit.start,
                end=hit.end,
                score=hit.score,
            )
            for hit in answer.sources
        ),
        sentences=tuple(Sentence(one.sentence, one.markers, one.verdict) for one in answer.citations),
        turns=turns,
        # Only an app that looks for sources knows whether it abstained.
        abstained=answer.abstained if answer.abstained or answer.sources else None,
        latency_ms=answer.timings_ms.get("total"),
        first_token_ms=answer.timings_ms.get("first_token"),
        input_tokens=answer.usage.input_tokens,
        output_tokens=answer.usage.output_tokens,
        cost_usd=answer.cost_usd,
        model=answer.model,
        trace_id=answer.trace_id,
        cached=answer.cached,
    )


def _list_files(variant: Variant) -> list[str]:
    """Return the fields of the input that hold files."""
    return [name for name, field in get_fields(variant.content).items() if field.type in FILES]


def _open_files(values: Mapping[str, Any], names: list[str], workspace: Path) -> dict[str, Any]:
    """Return the input with its files: what is no address is a path in the workspace. Raises InvalidInput."""
    opened = dict(values)
    for name in names:
        value = opened.get(name)
        if isinstance(value, str) and not value.startswith(_ADDRESSES):
            opened[name] = _read_file(workspace, value, name)
    return opened


def _read_file(workspace: Path, path: str, name: str) -> bytes:
    file = (workspace / path).resolve()
    if not file.is_relative_to(workspace.resolve()):
        raise InvalidInput(f"{name}: {path[:200]!r} is outside of the workspace.", hint="Put the file there.")
    try:
        return file.read_bytes()
    except (OSError, ValueError) as error:
        raise InvalidInput(
            f"{name}: {path[:200]!r} cannot be read: {error}.", hint="Give a path in the workspace."
        ) from error
