"""How much keys, apps and users may spend in a day, and how much they have."""
