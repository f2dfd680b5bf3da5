"""The budget of one render: what a template may compute and how much text it may make, whatever it says.

Work is counted in units, each about the time of one node of the template: a loop costs its length times the nodes in
its body before it starts, a container its entries, a text one unit for 64 characters. Nothing depends on a clock, so
a template that is over the budget is so on every machine.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextvars import ContextVar
from typing import Any

from answerable.apps.templates.faults import Overrun, Refused

WORK = 300_000
"""Units for one render: some 20,000 rows of four fields."""

CHARACTERS = 16_000_000
"""Characters that one render may make, everything in between included."""

OUTPUT = 4_000_000
"""Characters of one rendered block: about a million tokens."""

LARGEST_INTEGER = 16_384
"""Bits. The time of some operations grows with the square of it."""

_SCALARS = frozenset({bool, float, type(None)})


class Meter:
    """Counts down; raises Overrun at the end."""

    __slots__ = ("characters", "work")

    def __init__(self, work: int = WORK, characters: int = CHARACTERS) -> None:
        self.work = work
        self.characters = characters

    def spend(self, units: int) -> None:
        """Count work. `units` comes from the template's own text and values, and never gives any back."""
        self.work -= max(units, 0)
        if self.work < 0:
            raise Overrun(
                "it loops too often or over too much",
                "Make its loops shorter, or bound the input with `max_length`.",
            )

    def write(self, characters: int) -> None:
        """Count text that is about to be made."""
        self.characters -= max(characters, 0)
        if self.characters < 0:
            raise Overrun(
                "it makes too much text", "Make its text shorter, or bound the input with `max_length`."
            )
        self.spend(characters >> 6)


CURRENT: ContextVar[Meter] = ContextVar("meter")
"""The meter of the render that runs; the sandbox's hooks have no other way to it."""


def weigh(value: Any) -> Any:
    """Return the value, with its size counted as work: every operation on it takes that long at most.

    A list that holds another one twice counts it twice, as a comparison would walk through it twice.
    """
    kind = type(value)
    if kind in _SCALARS:
        return value
    meter = CURRENT.get()
    if kind is str:
        meter.spend(len(value) >> 6)
    elif kind is int:
        check_integer(value)
    else:
        meter.spend(measure(value, limit=meter.work))
    return value


def check_integer(value: int) -> None:
    if value.bit_length() > LARGEST_INTEGER:
        raise Refused("a number gets too large", "Calculate with smaller numbers.")


def measure(value: Any, *, limit: int) -> int:
    """Return the units of a value and all that it holds, or some number over `limit` as soon as that is reached."""
    units, rest = 0, [value]
    while rest and units <= limit:
        item = rest.pop()
        units += 1
        if isinstance(item, str):
            units += len(item) >> 6
        elif isinstance(item, int):
            check_integer(item)
        elif isinstance(item, list | tuple | Mapping):
            if units + len(item) > limit:
                return limit + 1
            rest.extend(item)
            if isinstance(item, Mapping):
                rest.extend(item.values())
    return units
