"""Places in a text as browsers count them: UTF-16 units, two for a character beyond the first 65,536."""

from __future__ import annotations


def to_units(text: str, place: int) -> int:
    """Return how many UTF-16 units stand before a character."""
    return place + sum(character > "\uffff" for character in text[:place])


def to_place(text: str, units: int) -> int:
    """Return the character that begins after so many UTF-16 units; beyond the text it goes on one by one."""
    place = 0
    while units > 0 and place < len(text):
        units -= 2 if text[place] > "\uffff" else 1
        place += 1
    return place + max(0, units)
