"""all-MiniLM-L6-v2 as an ONNX graph on one CPU thread: a text in, a unit vector out.

Each text is run alone. A vector then never depends on the texts beside it, nothing is spent on padding, and
one single-threaded caller per core beats one batch on all cores (docs/decisions/0003-int8-embedder.md).
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray
from tokenizers import Tokenizer

from answerable.core.errors import SetupError
from answerable.llm.minilm.runtime import ort

NAME: Final = "local:minilm"
DIMENSIONS: Final = 384
LANGUAGES: Final = frozenset({"en"})
WINDOW: Final = 256
"""Tokens that the model reads, its two special tokens included; what follows is cut off."""

_FOLDER: Final = Path(__file__).resolve().parent
MODEL_PATH: Final = _FOLDER / "model.onnx"
TOKENIZER_PATH: Final = _FOLDER / "tokenizer.json"
"""A Hugging Face tokenizer file without truncation and padding, for whoever counts tokens (the chunker)."""

_MAX_CHARACTERS: Final = 10_000
"""Cut before tokenising. 254 tokens of the longest words of the vocabulary, with spaces, are under 5,000."""


class MiniLM:
    """The model and its tokenizer. Threads may share one object: a call runs in the thread that makes it."""

    def __init__(self, session: ort.InferenceSession, *, reader: Tokenizer, counter: Tokenizer) -> None:
        self._session = session
        self._reader = reader
        self._counter = counter

    @classmethod
    def load(cls, path: Path = MODEL_PATH) -> MiniLM:
        """Open the model; takes about 0.1 s. Raises SetupError when its files are missing or broken."""
        try:
            reader = Tokenizer.from_file(str(TOKENIZER_PATH))
            counter = Tokenizer.from_file(str(TOKENIZER_PATH))
            session = _open_session(path)
        except Exception as error:  # onnxruntime and tokenizers share no base class of their own
            raise SetupError(
                f"The embedded embedder cannot be opened: {error}.", hint="Install the package again."
            ) from error
        reader.enable_truncation(max_length=WINDOW)
        return cls(session, reader=reader, counter=counter)

    def embed(self, text: str) -> NDArray[np.float32]:
        """Return shape (384,), unit length; any text is fine, also an empty one."""
        ids = self._reader.encode(_clean(text[:_MAX_CHARACTERS])).ids
        outputs = self._session.run(None, {"input_ids": np.array([ids], dtype=np.int64)})
        vector: NDArray[np.float32] = outputs[0][0]
        return vector

    def count_tokens(self, text: str) -> int:
        """Return the tokens of the whole text, without the two special ones."""
        return len(self._counter.encode(_clean(text), add_special_tokens=False).ids)


def _open_session(path: Path) -> ort.InferenceSession:
    options = ort.SessionOptions()
    options.intra_op_num_threads = 1
    options.inter_op_num_threads = 1
    options.log_severity_level = 3
    return ort.InferenceSession(path, options, providers=["CPUExecutionProvider"])


def _clean(text: str) -> str:
    """Replace lone surrogates, which the tokenizer refuses."""
    return text.encode("utf-8", "replace").decode("utf-8")
