"""What an example must hold."""

from __future__ import annotations

from typing import Any

import pytest

from answerable.core.errors import InvalidInput
from answerable.datasets.content import hash_whole
from answerable.datasets.fields import read_example
from answerable.datasets.rules import check_example
from answerable.datasets.types import Evidence, Example


@pytest.mark.parametrize(
    "evidence",
    [Evidence("It is lit."), Evidence(uri="light.md"), Evidence(document_id="7"), Evidence(chunk_id="7.0")],
)
def test_evidence_is_a_passage_or_a_document(evidence: Evidence) -> None:
    check_example(Example(input={"question": "Is it lit?"}, evidence=(evidence,)))


def test_evidence_that_names_nothing_is_refused() -> None:
    with pytest.raises(InvalidInput, match="no passage and no document") as refused:
        check_example(Example(input={"question": "Is it lit?"}, evidence=(Evidence(title="Light"),)))
    assert "`uri`" in str(refused.value.hint)


@pytest.mark.parametrize(
    ("values", "told", "hint"),
    [
        (
            {"evidence": [{"text": "It is lit.", "urii": "light.md"}]},
            "evidence.0: There is no field 'urii'",
            "uri",
        ),
        (
            {"tool_calls": [{"name": "find", "args": {}}]},
            "tool_calls.0: There is no field 'args'",
            "arguments",
        ),
        ({"provenance": {"annotator": "anna"}}, "provenance: There is no field 'annotator'", "annotators"),
        (
            {"history": [{"role": "user", "text": "Hi", "at": 1}]},
            "history.0: There is no field 'at'",
            "role, text",
        ),
    ],
)
def test_what_a_part_of_an_example_has_no_word_for_is_refused(
    values: dict[str, Any], told: str, hint: str
) -> None:
    with pytest.raises(InvalidInput, match=told) as refused:
        read_example({"input": {"question": "Is it lit?"}, **values})
    assert hint in str(refused.value.hint)


def test_a_number_as_the_database_gives_it_back_has_the_same_hash() -> None:
    written, given_back = (
        Example(input={"question": "How many?", "most": most}) for most in (1e300, 10**300)
    )
    assert hash_whole(written) == hash_whole(given_back)
