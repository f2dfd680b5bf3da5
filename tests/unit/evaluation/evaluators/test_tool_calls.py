"""Tool calls: those expected, with at least the expected arguments."""

from __future__ import annotations

from typing import Any

import pytest

from answerable.datasets.types import ToolCall
from answerable.evaluation.types import Output
from tests.unit.evaluation.evaluators.making import make_case, score

_FIND = ToolCall("find", {"query": "pens"})
_BUY = ToolCall("buy", {"item": {"id": 7}})


@pytest.mark.parametrize(
    ("options", "given", "scores"),
    [
        ({}, (_FIND, _BUY), (1.0, 1.0, 1.0)),
        ({}, (_BUY, _FIND), (1.0, 1.0, 1.0)),
        ({"ordered": True}, (_BUY, _FIND), (0.0, 0.5, 0.5)),
        ({"ordered": True}, (_FIND, _FIND, _BUY), (0.0, 1.0, 2 / 3)),
        ({}, (_FIND, ToolCall("buy", {"item": {"id": 7, "count": 2}, "fast": True})), (1.0, 1.0, 1.0)),
        ({}, (_FIND, ToolCall("buy", {"item": {"id": 8}})), (0.0, 0.5, 0.5)),
        ({"arguments": False}, (_FIND, ToolCall("buy", {})), (1.0, 1.0, 1.0)),
        ({}, (_FIND,), (0.0, 0.5, 1.0)),
        ({}, (), (0.0, 0.0, 0.0)),
    ],
)
async def test_tool_calls(
    options: dict[str, Any], given: tuple[ToolCall, ...], scores: tuple[float, ...]
) -> None:
    case = make_case(Output(tool_calls=given), tool_calls=(_FIND, _BUY))
    found = await score({"tool_calls": options}, case)
    assert tuple(found.values()) == pytest.approx(scores)


async def test_a_call_counts_for_one_expected_call_only() -> None:
    """The loosely expected call leaves the other one what only it can have."""
    loose, tight = ToolCall("find", {}), ToolCall("find", {"query": "pens"})
    given = (ToolCall("find", {"query": "pens"}), ToolCall("find", {"query": "ink"}))
    found = await score("tool_calls", make_case(Output(tool_calls=given), tool_calls=(loose, tight)))
    assert found["tool_calls"] == 1.0
    same = await score("tool_calls", make_case(Output(tool_calls=given[1:]), tool_calls=(loose, loose)))
    assert same["tool_recall"] == 0.5


async def test_nothing_is_said_where_no_call_is_expected() -> None:
    assert await score("tool_calls", make_case(Output(tool_calls=(_FIND,)), "Berlin")) == {}
