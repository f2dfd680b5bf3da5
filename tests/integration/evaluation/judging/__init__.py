"""Judges over a real database."""
