"""Review: labels, rules and agreement, without a database."""
