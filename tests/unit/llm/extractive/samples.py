"""Sources written for these tests."""

from __future__ import annotations

from answerable.llm.sources import Source

LIGHTHOUSE = Source(
    1,
    "Skerrow Lighthouse",
    "Skerrow Lighthouse stands on the island of Skerrow, nine miles off the coast. It was designed by the engineer "
    "Margaret Aldous and first lit on 4 March 1871.[3] The tower is 38 metres high and holds 142 steps. "
    "The light was automated in 1986 because keepers could no longer be supplied during winter storms.",
)
FERRY = Source(
    2,
    "Skerrow Ferry",
    "The ferry to Skerrow leaves from Port Hallin at 9:15 every morning. A return ticket costs 14.50 pounds. Dogs "
    "travel free of charge, but must be kept on a lead.",
)
GUIDE = Source(
    3,
    "Larkspur > Installing",
    "# Installing Larkspur\n\n"
    "Larkspur is a small task queue for batch work on one machine.\n\n"
    "To install Larkspur, run this command:\n\n"
    "```bash\npip install larkspur\n```\n\n"
    "| Option | Default |\n|---|---|\n| `workers` | 4 |\n\n"
    "Larkspur supports these storage backends:\n\n"
    "- SQLite, for a single process\n"
    "- PostgreSQL, for several of them\n\n"
    "Jobs that fail are retried three times, since most failures of a network do not last.\n",
)
ALL = (LIGHTHOUSE, FERRY, GUIDE)
