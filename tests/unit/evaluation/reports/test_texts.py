"""Numbers as people read them."""

from __future__ import annotations

import pytest

from answerable.evaluation.reports.texts import show_value


@pytest.mark.parametrize(
    ("value", "unit", "shown"),
    [
        (None, "", "–"),
        (0.5, "", "0.500"),
        (-0.0, "", "0.000"),
        (-0.0, "tokens", "0 tokens"),
        (-0.0, "USD", "$0.000000"),
        (-0.25, "USD", "-$0.250000"),
        (1234.4, "ms", "1,234 ms"),
    ],
)
def test_a_value_is_shown_in_its_unit(value: float | None, unit: str, shown: str) -> None:
    assert show_value(value, unit) == shown
