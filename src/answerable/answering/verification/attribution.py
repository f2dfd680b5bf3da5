"""Words around a claim that say nothing themselves: `According to the source,`, `In short,`, `The text says that`."""

from __future__ import annotations

import re

_SOURCE = r"""(?:the\ |this\ |that\ |these\ |provided\ |given\ |cited\ |first\ |second\ |third\ )*
    (?:sources?|passages?|documents?|texts?|articles?|excerpts?|context)(?:\ \d+)?"""
_SAYS = r"(?:says?|states?|notes?|mentions?|explains?|describes?|indicates?|shows?|reports?)"
_FRAME = re.compile(
    rf"""^\W*(?:
    (?:according\ to|based\ on|per|from|in)\ {_SOURCE}\s*,
    |as\ {_SOURCE}\ {_SAYS}\s*,
    |as\ (?:stated|noted|mentioned|described)\ (?:in|by)\ {_SOURCE}\s*,
    |{_SOURCE}\ (?:also\ )?{_SAYS}\ that\b
    |(?:in\ (?:short|fact|summary|conclusion|addition|particular|other\ words|general|contrast|turn)
      |to\ summari[sz]e|for\ (?:example|instance)|as\ a\ result|as\ well|on\ the\ other\ hand|that\ said
      |put\ simply|to\ be\ (?:clear|precise))\s*,
    |(?:laut|gemäß|nach)\ (?:der|den|dem)\ (?:quellen?|texte?|dokument\w*|abschnitt\w*)\s*,?
    |(?:zum\ beispiel|kurz\ gesagt|zusammenfassend|außerdem)\s*,?
    |根据(?:资料|来源|文章|文中)[，,]?
    )""",
    re.IGNORECASE | re.VERBOSE,
)


def without_frame(text: str) -> str:
    """Return `text` with such words at its start replaced by spaces, so that offsets stay."""
    match = _FRAME.match(text)
    return " " * match.end() + text[match.end() :] if match else text
