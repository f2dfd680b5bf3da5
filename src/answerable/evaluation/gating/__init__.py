"""The gate: a candidate against a baseline, by rules, to a verdict."""
