"""What the roll-ups say over time, and who is told when it is not well."""
