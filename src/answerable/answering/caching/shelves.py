"""Earlier questions by likeness: the last few hundred of each scope, compared by the cosine of their vectors."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass, field
from typing import Final

import numpy as np
from numpy.typing import NDArray

_SCOPES: Final = 64
_QUESTIONS: Final = 500
"""Of one scope. With vectors of 384 numbers, all of it is at most 50 MB."""

Vector = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Asked:
    """An earlier question, and the key that its answer is kept under."""

    question: str
    digest: bytes
    cosine: float = 1.0


@dataclass(slots=True)
class _Shelf:
    """A ring: `vectors` has shape (n, dimensions), row i belongs to `asked[i]`."""

    vectors: Vector
    asked: list[Asked] = field(default_factory=list)
    next: int = 0

    def add(self, asked: Asked, vector: Vector) -> None:
        if any(one.digest == asked.digest for one in self.asked):
            return
        if len(self.asked) < _QUESTIONS:
            if len(self.asked) == len(self.vectors):
                self.vectors = np.vstack([self.vectors, np.zeros_like(self.vectors)])
            self.asked.append(asked)
            self.vectors[len(self.asked) - 1] = vector
            return
        self.asked[self.next], self.vectors[self.next] = asked, vector
        self.next = (self.next + 1) % _QUESTIONS


class Shelves:
    """One shelf a scope; the scope asked least recently goes first."""

    def __init__(self) -> None:
        self._shelves: OrderedDict[bytes, _Shelf] = OrderedDict()

    def add(self, scope: bytes, asked: Asked, vector: Vector) -> None:
        """Take in a question with its vector of unit length. One of other dimensions begins the shelf anew."""
        shelf = self._shelves.get(scope)
        if shelf is None or shelf.vectors.shape[1] != len(vector):
            shelf = self._shelves[scope] = _Shelf(np.zeros((8, len(vector)), dtype=np.float32))
        shelf.add(asked, vector)
        self._shelves.move_to_end(scope)
        if len(self._shelves) > _SCOPES:
            self._shelves.popitem(last=False)

    def find_nearest(self, scope: bytes, vector: Vector, *, least: float, limit: int = 3) -> list[Asked]:
        """Return the questions with at least that cosine, the nearest first."""
        shelf = self._shelves.get(scope)
        if shelf is None or shelf.vectors.shape[1] != len(vector):
            return []
        self._shelves.move_to_end(scope)
        cosines = shelf.vectors[: len(shelf.asked)] @ vector
        best = np.argsort(-cosines)[:limit]
        return [
            Asked(shelf.asked[at].question, shelf.asked[at].digest, float(cosines[at]))
            for at in best
            if cosines[at] >= least
        ]
