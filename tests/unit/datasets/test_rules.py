"""What an example must hold."""

from __future__ import annotations

import pytest

from answerable.core.errors import InvalidInput
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
