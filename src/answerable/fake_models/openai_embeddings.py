"""OpenAI embeddings: `POST /v1/embeddings`, https://platform.openai.com/docs/api-reference/embeddings.

A vector is the sum of its words' vectors, and a word's vector is drawn from a generator seeded with its hash:
texts that share words are near each other, and nothing is learnt, stored or random between runs.
"""

from __future__ import annotations

import base64
import re
import zlib
from collections.abc import Sequence
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from answerable.fake_models.behaviours import get_plain_name
from answerable.fake_models.exchange import BadRequestError, Json
from answerable.llm.tokens import estimate_tokens

PATH = "/v1/embeddings"
DIMENSIONS = 256
_MAX_INPUTS = 2048
_MAX_DIMENSIONS = 4096
_WORD = re.compile(r"\w+")


def embed(body: Json) -> Json:
    """Return the body of the answer. Raises BadRequestError."""
    texts = _read_texts(body.get("input"))
    dimensions = body.get("dimensions") or DIMENSIONS
    if not isinstance(dimensions, int) or not 1 <= dimensions <= _MAX_DIMENSIONS:
        raise BadRequestError(f"'dimensions' must be a whole number from 1 to {_MAX_DIMENSIONS}.")
    as_base64 = body.get("encoding_format") == "base64"
    tokens = sum(map(estimate_tokens, texts))
    return {
        "object": "list",
        "data": [
            {
                "object": "embedding",
                "index": index,
                "embedding": _encode(embed_text(text, dimensions), as_base64),
            }
            for index, text in enumerate(texts)
        ],
        "model": get_plain_name(str(body.get("model", ""))),
        "usage": {"prompt_tokens": tokens, "total_tokens": tokens},
    }


def embed_text(text: str, dimensions: int = DIMENSIONS) -> NDArray[np.float32]:
    """Return shape (dimensions,), unit length."""
    words = _WORD.findall(text.lower()) or [""]
    total = np.sum([_word_vector(word, dimensions) for word in words], axis=0)
    return np.asarray(total / np.linalg.norm(total), dtype=np.float32)


@lru_cache(maxsize=65536)
def _word_vector(word: str, dimensions: int) -> NDArray[np.float32]:
    generator = np.random.default_rng(zlib.crc32(word.encode("utf-8", "replace")))
    return generator.standard_normal(dimensions, dtype=np.float32)


def _read_texts(value: Any) -> Sequence[str]:
    texts = [value] if isinstance(value, str) else value
    if not isinstance(texts, list) or not texts or not all(isinstance(text, str) and text for text in texts):
        raise BadRequestError("'input' must be a text or a list of texts, none of them empty.")
    if len(texts) > _MAX_INPUTS:
        raise BadRequestError(f"'input' has {len(texts)} texts; at most {_MAX_INPUTS} are allowed.")
    return texts


def _encode(vector: NDArray[np.float32], as_base64: bool) -> str | list[float]:
    if as_base64:
        return base64.b64encode(vector.astype("<f4").tobytes()).decode()
    return [float(number) for number in vector]
