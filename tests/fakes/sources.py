"""A small folder of real Markdown to ask questions about."""

from __future__ import annotations

from pathlib import Path

LIGHTHOUSE = """\
# Harbour guide

## Lighthouse

The lighthouse of Skagen was lit on 1 November 1858. It is 46 metres tall and was designed by Niels Sigfred Nebelong.
The light can be seen from 20 nautical miles away. Visitors may climb its 210 steps from April to October.

## Harbour fees

A boat of up to 8 metres pays 160 kroner a night. Electricity is included in the fee. The harbour office is open from
08:00 to 16:00 on weekdays.
"""

TURBINE = """\
# Turbine handbook

## Maintenance

The gearbox oil is changed every 12 months. Two technicians must be present when the nacelle is open.
Work stops when the wind is above 15 metres per second.

## Electrical limits

The generator delivers 690 volts. Its rated power is 3.6 megawatts, reached at a wind of 14 metres per second.
"""

BAKERY = """\
# Bread at home

A sourdough starter is fed with equal weights of flour and water. After feeding, it doubles within six hours
at 24 degrees.
The loaf is baked at 230 degrees for 45 minutes, the first 20 of them with steam.
"""


def write_documents(folder: Path) -> Path:
    """Write the three documents and return the folder."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in {"harbour.md": LIGHTHOUSE, "turbine.md": TURBINE, "bread.md": BAKERY}.items():
        (folder / name).write_text(text, encoding="utf-8")
    return folder
