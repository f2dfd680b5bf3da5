"""The few documents that the console is tested on."""

from __future__ import annotations

HARBOUR = """# Harbour handbook

The harbour of Eskmouth is run by the port authority and is open all year round.

## Berths

Visiting boats moor at the north quay. The north quay has 34 berths, each with water and electricity.
A berth is free of charge for the first four hours.

## Fuel

Diesel is sold at the south pier from 7 in the morning until 6 in the evening. Petrol is not sold in the harbour.

## Speed

The speed limit inside of the breakwater is 4 knots.
"""

LIGHTHOUSE = """# Eskmouth lighthouse

The lighthouse was built in 1861 by Margaret Dunne, the first woman to lead such a work in the county.

## Light

The lamp stands 41 metres above the sea. It flashes twice every 15 seconds and is seen from 22 nautical miles away.

## Visits

The tower is open to visitors on Saturdays in June, July and August. The climb has 148 steps.

## Keepers

Two families lived beside the tower until 1974, when the lamp was put on the mains. Their gardens are kept by the
village school, which sells the potatoes at the summer fair. The last keeper wrote down the weather four times a day,
and his books are in the county archive. They are the longest series of its kind on this coast.

## Fog signal

A diaphone sounded every two minutes in fog. It was heard nine miles inland on a still night, and was not loved. It was
taken down in 1988 and stands in the museum, where it is sounded once a year on the first Sunday of May.

## Getting there

The footpath from the harbour takes forty minutes. It is steep behind the chapel, and slippery after rain. A bus goes
from the market square at ten and at two on days when the tower is open. There is no car park at the tower.
"""

TIDES = "# Tide notes\n\n" + "".join(
    f"## Week {week}\n\n"
    f"In week {week} the spring tide reaches {4 + week * 0.1:.1f} metres at the gauge on the old mole. "
    f"Boats that draw over {2 + week * 0.05:.2f} metres wait outside of the bar. The harbour master writes the height "
    f"on the board at the slipway every morning.\n\n"
    for week in range(1, 31)
)

HOSTILE = """# Guest book <script>window.hacked = 1</script>

<script>window.hacked = 2</script>

The ferry to Saltholm leaves at noon <img src="x" onerror="window.hacked = 3"> from the east jetty.

[a link](javascript:window.hacked=4) and <iframe srcdoc="<script>parent.hacked = 5</script>"></iframe>
"""

DOCUMENTS = {
    "harbour.md": HARBOUR,
    "lighthouse.md": LIGHTHOUSE,
    "tides.md": TIDES,
    "guest-book.md": HOSTILE,
}
