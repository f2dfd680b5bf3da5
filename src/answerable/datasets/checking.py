"""What is wrong with a dataset as a measure: examples that are there twice, contradict each other, or leaked."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Literal

import numpy as np
from numpy.typing import NDArray

from answerable.datasets import check_store
from answerable.datasets.content import dump, normalise, read_words
from answerable.datasets.finding import get_dataset
from answerable.datasets.types import Example
from answerable.db.database import Database

_COMPARED: Final = 20_000
"""Examples that are compared with each other by likeness: as many take some ten seconds."""
_BLOCK: Final = 1_000
_TOLD: Final = 200
_LEAST_LEAKED: Final = 24
"""Characters from which a text that stands in a prompt is no coincidence."""

FindingKind = Literal["same", "contradiction", "near", "prompt"]


@dataclass(frozen=True, slots=True)
class Finding:
    """`same`: the same words asked with the same answer; `contradiction`: with another one; `near`: nearly the same;
    `prompt`: what is asked or expected stands in a prompt, named by `where`.

    `leak` says that the examples are in different splits, or in a prompt: a score on them means less.
    """

    kind: FindingKind
    keys: tuple[str, ...]
    splits: tuple[str, ...] = ()
    likeness: float = 1.0
    where: str = ""

    @property
    def leak(self) -> bool:
        return self.kind == "prompt" or len(set(self.splits)) > 1


@dataclass(frozen=True, slots=True)
class CheckReport:
    """`compared` is how many were compared by likeness; of each kind at most 200 findings are told."""

    dataset: str
    examples: int
    compared: int
    findings: tuple[Finding, ...]


class Checking:
    def __init__(self, database: Database) -> None:
        self._database = database

    async def check(
        self,
        dataset: str,
        batches: AsyncIterator[Sequence[Example]],
        *,
        prompts: Mapping[str, str],
        least: float,
    ) -> CheckReport:
        """See DatasetService.check; `batches` are the examples of the dataset."""
        async with self._database.transaction() as tx:
            dataset_id = await get_dataset(tx, dataset)
            same = await check_store.list_same(tx, dataset_id, limit=_TOLD)
            places, vectors = await check_store.read_vectors(tx, dataset_id, limit=_COMPARED)
        near = await asyncio.to_thread(_find_near, places, vectors, least)
        leaked, examples = await _find_in_prompts(batches, prompts)
        return CheckReport(
            dataset,
            examples=examples,
            compared=len(places),
            findings=(*[_describe_same(*one) for one in same], *near, *leaked),
        )


def _describe_same(keys: list[str], splits: list[str], contents: int) -> Finding:
    return Finding("contradiction" if contents > 1 else "same", tuple(keys), tuple(splits))


def _find_near(
    places: Sequence[tuple[str, str, bytes]], vectors: NDArray[np.float32], least: float
) -> list[Finding]:
    """Return the pairs whose inputs have a cosine of at least `least`, and are not in the same words."""
    found = []
    for first, second, likeness in _iterate_pairs(vectors, least):
        (key, split, words), (other_key, other_split, other_words) = places[first], places[second]
        if words != other_words:
            found.append(Finding("near", (key, other_key), (split, other_split), min(1.0, likeness)))
    found.sort(key=lambda one: (not one.leak, -one.likeness))
    return found[:_TOLD]


def _iterate_pairs(vectors: NDArray[np.float32], least: float) -> Iterator[tuple[int, int, float]]:
    """Yield the rows of near vectors, the earlier one first, comparing a block with all at a time."""
    for start in range(0, len(vectors), _BLOCK):
        likeness = vectors[start : start + _BLOCK] @ vectors[start:].T
        rows, columns = np.nonzero(np.triu(likeness >= least, k=1))
        for row, column in zip(rows.tolist(), columns.tolist(), strict=True):
            yield start + row, start + column, float(likeness[row, column])


async def _find_in_prompts(
    batches: AsyncIterator[Sequence[Example]], prompts: Mapping[str, str]
) -> tuple[list[Finding], int]:
    """Return the examples of which a prompt tells something, and how many examples there are."""
    texts = {name: f" {normalise(text)} " for name, text in prompts.items()}
    found: list[Finding] = []
    count = 0
    async for batch in batches:
        count += len(batch)
        found += await asyncio.to_thread(_list_leaked, batch, texts)
    return found[:_TOLD], count


def _list_leaked(batch: Sequence[Example], prompts: Mapping[str, str]) -> list[Finding]:
    return [
        Finding("prompt", (example.key,), (example.split,), where=name)
        for example in batch
        for name, prompt in prompts.items()
        if any(f" {said} " in prompt for said in _list_said(example))
    ]


def _list_said(example: Example) -> Iterator[str]:
    """Yield what is asked and what is expected, where it is long enough to be told by it."""
    expected = example.expected
    answers = [] if expected is None else [expected if isinstance(expected, str) else dump(expected)]
    for text in (read_words(example.input), *answers, *example.acceptable):
        said = normalise(text)
        if len(said) >= _LEAST_LEAKED:
            yield said
