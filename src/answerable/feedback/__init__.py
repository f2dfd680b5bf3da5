"""Scores of answers: what users said, did, and what was computed from it."""
