"""The embedded model: what its vectors mean, and that no text can break it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

from answerable.core.errors import SetupError
from answerable.llm.minilm.model import DIMENSIONS, TOKENIZER_PATH, WINDOW, MiniLM

REFERENCE = json.loads(Path(__file__).with_name("minilm_fp32.json").read_text(encoding="utf-8"))
"""Sentences and their vectors in fp32 (src/answerable/llm/minilm/ORIGIN.md says how to make them)."""

ODD_TEXTS = {
    "empty": "",
    "blank": " \n\t ",
    "nul bytes": "be\0fore\0",
    "lone surrogate": "before \ud800 after",
    "right to left": "مرحبا بالعالم",
    "emoji": "👩‍👩‍👧‍👦" * 50,
    "one word of a megabyte": "a" * 1_000_000,
    "a megabyte of words": "word " * 200_000,
    "a megabyte of blanks": " " * 1_000_000,
    "combining marks": "e" + "\u0301" * 100_000,
    "special tokens": "[CLS] [SEP] [PAD] [MASK]",
}


@pytest.fixture(scope="module")
def model() -> MiniLM:
    return MiniLM.load()


@pytest.mark.parametrize("sentence", REFERENCE)
def test_int8_vectors_stay_close_to_fp32(model: MiniLM, sentence: str) -> None:
    assert float(model.embed(sentence) @ np.array(REFERENCE[sentence], dtype=np.float32)) >= 0.995


def test_a_vector_is_the_same_every_time_and_in_every_object(model: MiniLM) -> None:
    first = model.embed("A stage is left only after its minimum time.")
    model.embed("Something else in between, and longer than the text before and after it.")
    assert np.array_equal(first, model.embed("A stage is left only after its minimum time."))
    assert np.array_equal(first, MiniLM.load().embed("A stage is left only after its minimum time."))


@pytest.mark.parametrize("text", ODD_TEXTS.values(), ids=ODD_TEXTS)
def test_any_text_gives_a_unit_vector_quickly(model: MiniLM, text: str) -> None:
    started = time.perf_counter()
    vector = model.embed(text)
    assert time.perf_counter() - started < 20
    assert vector.shape == (DIMENSIONS,)
    assert vector.dtype == np.float32
    assert float(np.linalg.norm(vector)) == pytest.approx(1, abs=1e-4)


def test_text_after_the_window_changes_nothing(model: MiniLM) -> None:
    full = "word " * (WINDOW - 2)
    assert np.array_equal(model.embed(full), model.embed(full + "and a very different ending"))
    assert not np.array_equal(
        model.embed("word " * (WINDOW - 3)), model.embed("word " * (WINDOW - 3) + "end")
    )


def test_a_paraphrase_is_nearer_than_another_subject(model: MiniLM) -> None:
    question = model.embed("How do I reset my password?")
    paraphrase = float(question @ model.embed("Steps to change a password that you forgot"))
    related = float(question @ model.embed("Choose a user name for the new account"))
    other = float(question @ model.embed("The glacier lost three metres of ice last summer"))
    assert paraphrase > related > other
    assert paraphrase > 0.6
    assert other < 0.2


def test_count_tokens_counts_the_whole_text_without_special_tokens(model: MiniLM) -> None:
    assert model.count_tokens("") == 0
    assert model.count_tokens("password") == 1
    assert model.count_tokens("word " * 1000) == 1000
    assert model.count_tokens("lone \ud800") == 2


def test_the_tokenizer_file_neither_cuts_nor_pads() -> None:
    settings = json.loads(TOKENIZER_PATH.read_text(encoding="utf-8"))
    assert (settings["truncation"], settings["padding"]) == (None, None)


def test_a_missing_model_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(SetupError, match="Install the package again"):
        MiniLM.load(tmp_path / "gone.onnx")


def test_the_runtime_reports_to_nobody(tmp_path: Path) -> None:
    """With its telemetry on, ONNX Runtime keeps an identifier and what it will report below the home.

    It is off by itself where CI is set.
    """
    places = {"HOME": str(tmp_path), "XDG_CACHE_HOME": str(tmp_path), "CI": ""}
    program = (
        "from answerable.llm.minilm.model import MiniLM; MiniLM.load().embed('Is anybody told of this?')"
    )
    subprocess.run([sys.executable, "-c", program], env={**os.environ, **places}, check=True)
    assert list(tmp_path.iterdir()) == []
