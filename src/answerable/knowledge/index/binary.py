"""NumPy arrays in PostgreSQL's binary format, big-endian.

pgvector's `halfvec` is two int16 (dimensions, unused), then the float16. An array is int32 dimensions, flags, the oid
of its entries, their number and the first one's number; then each entry behind its length.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

import numpy as np
import psycopg
from numpy.typing import NDArray
from psycopg.adapt import Dumper
from psycopg.pq import Format

_COPY_HEADER = b"PGCOPY\n\xff\r\n\0" + bytes(8)
_COPY_TRAILER = b"\xff\xff"


class HalfVector:
    """A query parameter. Shape (dimensions,), of any float type."""

    __slots__ = ("data",)

    def __init__(self, vector: NDArray[np.floating[Any]]) -> None:
        self.data = np.array([len(vector), 0], dtype=">i2").tobytes() + vector.astype(">f2").tobytes()


class _HalfVectorDumper(Dumper):
    """The type has no fixed oid (an extension makes it): it is left open, and the query's cast names it."""

    format = Format.BINARY

    def dump(self, obj: HalfVector) -> bytes:
        return obj.data


psycopg.adapters.register_dumper(HalfVector, _HalfVectorDumper)


def decode_vectors(values: Sequence[bytes], dimensions: int) -> NDArray[np.float16]:
    """Return `halfvec` values, as a binary cursor gives them, as rows: shape (n, dimensions)."""
    layout = np.dtype([("dimensions", ">i2"), ("unused", ">i2"), ("vector", ">f2", (dimensions,))])
    vectors: NDArray[np.float16] = np.frombuffer(b"".join(values), dtype=layout)["vector"]
    return vectors


_INT8 = psycopg.adapters.types["int8"]
_ENTRY = np.dtype([("size", ">i4"), ("value", ">i8")])


class Ordinals:
    """A query parameter of type `bigint[]`. Shape (n,), of any integer type."""

    __slots__ = ("data",)

    def __init__(self, ordinals: NDArray[np.integer[Any]]) -> None:
        count = len(ordinals)
        entries = np.empty(count, dtype=_ENTRY)
        entries["size"] = 8
        entries["value"] = ordinals
        header = [1, 0, _INT8.oid, count, 1] if count else [0, 0, _INT8.oid]
        self.data = np.array(header, dtype=">i4").tobytes() + entries.tobytes()


class _OrdinalsDumper(Dumper):
    format = Format.BINARY
    oid = _INT8.array_oid

    def dump(self, obj: Ordinals) -> bytes:
        return obj.data


psycopg.adapters.register_dumper(Ordinals, _OrdinalsDumper)


def encode_rows(first_ordinal: int, documents: Sequence[UUID], vectors: NDArray[np.float16]) -> bytes:
    """Return a whole binary COPY of `chunk_vector_N` rows: shape (n, dimensions), one document id a row."""
    count, dimensions = vectors.shape
    rows = np.zeros(count, dtype=_row_type(dimensions))
    rows["fields"] = 3
    rows["size_8"] = 8
    rows["size_16"] = 16
    rows["size_vector"] = 4 + 2 * dimensions
    rows["ordinal"] = np.arange(first_ordinal, first_ordinal + count)
    rows["document"] = np.frombuffer(b"".join(document.bytes for document in documents), dtype="V16")
    rows["dimensions"] = dimensions
    rows["vector"] = vectors
    return _COPY_HEADER + rows.tobytes() + _COPY_TRAILER


def _row_type(dimensions: int) -> np.dtype[np.void]:
    """Each field of a COPY row is its size in bytes (int32), then its bytes."""
    return np.dtype(
        [
            ("fields", ">i2"),
            ("size_8", ">i4"), ("ordinal", ">i8"),
            ("size_16", ">i4"), ("document", "V16"),
            ("size_vector", ">i4"), ("dimensions", ">i2"), ("unused", ">i2"),
            ("vector", ">f2", (dimensions,)),
        ]
    )  # fmt: skip
