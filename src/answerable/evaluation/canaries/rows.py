"""Checks as the JSON of their columns, and back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from decimal import Decimal
from typing import Any

from answerable.evaluation.canaries.types import Change, Seen


def write_seen(seen: Seen) -> dict[str, Any]:
    """Return it as JSON; prices are texts, which lose nothing."""
    return {
        **asdict(seen),
        "input_price": _write_price(seen.input_price),
        "output_price": _write_price(seen.output_price),
    }


def read_seen(row: Mapping[str, Any]) -> Seen:
    return Seen(
        models=tuple(row["models"]),
        fingerprints=tuple(row["fingerprints"]),
        context_window=row["context_window"],
        input_price=_read_price(row["input_price"]),
        output_price=_read_price(row["output_price"]),
    )


def write_changes(changes: Sequence[Change]) -> list[dict[str, Any]]:
    return [asdict(change) for change in changes]


def read_changes(rows: Sequence[Mapping[str, Any]]) -> tuple[Change, ...]:
    return tuple(Change(**row) for row in rows)


def _write_price(price: Decimal | None) -> str | None:
    return None if price is None else str(price)


def _read_price(text: str | None) -> Decimal | None:
    return None if text is None else Decimal(text)
