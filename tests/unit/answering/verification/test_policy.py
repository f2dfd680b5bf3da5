"""What a policy leaves of an answer."""

from __future__ import annotations

from typing import get_args

import pytest

from answerable.answering.types import Citation, Evidence, PolicyName
from answerable.answering.verification.lexical import LexicalVerifier
from answerable.answering.verification.policy import apply_policy, tidy
from answerable.llm.abstention import ABSTENTION

_EVIDENCE = [Evidence(1, "Albert Einstein was born in Ulm in 1879.")]
_GOOD, _BAD = "Einstein was born in Ulm [1].", "Einstein was born in Bern [1]."


async def judged(answer: str) -> list[Citation]:
    return await LexicalVerifier().verify(answer, _EVIDENCE)


@pytest.mark.parametrize("policy", get_args(PolicyName))
async def test_a_supported_answer_is_left_alone(policy: PolicyName) -> None:
    assert apply_policy(policy, _GOOD, await judged(_GOOD)) == _GOOD


async def test_keep_changes_nothing() -> None:
    assert apply_policy("keep", _BAD, await judged(_BAD)) == _BAD


@pytest.mark.parametrize(
    ("answer", "left"),
    [
        (f"{_GOOD} {_BAD}", _GOOD),
        (f"{_BAD} {_GOOD}", _GOOD),
        (f"{_GOOD} {_BAD} {_GOOD}", f"{_GOOD} {_GOOD}"),
        (f"- {_GOOD}\n- {_BAD}\n- {_GOOD}", f"- {_GOOD}\n- {_GOOD}"),
        (f"{_GOOD}\n\n## Bern\n\n{_BAD}\n\n## Ulm\n\n{_GOOD}", f"{_GOOD}\n\n## Ulm\n\n{_GOOD}"),
        (f"{_GOOD}\n\n{_BAD}\n\nI don't know more.", f"{_GOOD}\n\nI don't know more."),
    ],
)
async def test_strip_takes_out_what_is_unsupported_and_leaves_no_trace(answer: str, left: str) -> None:
    assert apply_policy("strip", answer, await judged(answer)) == left


async def test_what_a_repair_left_wrong_is_stripped() -> None:
    assert apply_policy("repair", f"{_GOOD} {_BAD}", await judged(f"{_GOOD} {_BAD}")) == _GOOD


@pytest.mark.parametrize("policy", ["strip", "repair", "abstain"])
async def test_an_answer_of_which_nothing_holds_becomes_an_abstention(policy: PolicyName) -> None:
    answer = f"Here is the answer: {_BAD}"
    assert apply_policy(policy, answer, await judged(answer)) == ABSTENTION


async def test_abstain_withdraws_the_whole_answer_for_one_bad_sentence() -> None:
    assert apply_policy("abstain", f"{_GOOD} {_BAD}", await judged(f"{_GOOD} {_BAD}")) == ABSTENTION


def test_the_abstention_of_a_policy_is_read_as_one() -> None:
    assert tidy(ABSTENTION) == ABSTENTION
