"""What an output took: time, money, tokens; and how near in meaning it is."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

import numpy as np
import pytest

from answerable.core.errors import SetupError
from answerable.evaluation.evaluators.context import EvaluatorContext, Vectors
from answerable.evaluation.types import Output
from tests.unit.evaluation.evaluators.making import make_case, open_one, score


async def test_latency_is_that_of_the_target() -> None:
    case = make_case(Output("x", latency_ms=120.5, first_token_ms=30.0))
    assert await score("latency", case) == {"latency_ms": 120.5, "first_token_ms": 30.0}


async def test_what_is_unknown_is_not_zero() -> None:
    for kind in ("latency", "cost", "tokens"):
        assert await score(kind, make_case("x")) == {}
    assert await score("cost", make_case(Output(cost_usd=Decimal(0)))) == {"cost_usd": 0.0}


async def test_tokens_and_cost() -> None:
    case = make_case(Output(input_tokens=10, output_tokens=0, cost_usd=Decimal("0.002")))
    assert await score("tokens", case) == {"input_tokens": 10.0, "output_tokens": 0.0}
    assert await score("cost", case) == {"cost_usd": 0.002}


async def _embed(texts: Sequence[str]) -> Vectors:
    """Texts with the same first letter are the same, all others are at right angles."""
    vectors = np.zeros((len(texts), 128), dtype=np.float32)
    for row, text in enumerate(texts):
        vectors[row, ord(text[0])] = 1.0
    return vectors


_CONTEXT = EvaluatorContext(embed=_embed, embedder="letters")


@pytest.mark.parametrize(("output", "value"), [("book [1]", 1.0), ("about", 0.0), ("", 0.0), ("case", 1.0)])
async def test_similarity_is_the_cosine_to_the_nearest_expected_text(output: str, value: float) -> None:
    case = make_case(output, "basket", acceptable=("cat",))
    assert await score("similarity", case, _CONTEXT) == {"similarity": value}


def test_similarity_of_another_embedder_is_another_version() -> None:
    other = EvaluatorContext(embed=_embed, embedder="words")
    assert open_one("similarity", _CONTEXT).version != open_one("similarity", other).version


def test_similarity_without_an_embedder_is_refused() -> None:
    with pytest.raises(SetupError, match="needs an embedder"):
        open_one("similarity")
