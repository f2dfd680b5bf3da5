"""A result as the page of an eval run writes it."""

from __future__ import annotations

import pytest

from answerable.console.parts.evaluations.result_view import write_cited
from answerable.evaluation.types import Sentence


@pytest.mark.parametrize("text", ["It is 46 metres tall.", "It is 46 metres tall. [1]"])
def test_a_sentence_names_what_it_cites_once(text: str) -> None:
    sentence = Sentence(text, verdict="supported", markers=(1,))
    assert write_cited(sentence) == "It is 46 metres tall. [1]"
