"""Numbers that states give to people, by continent; most of them carry a check digit."""
