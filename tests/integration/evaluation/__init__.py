"""Evaluation in a real database."""
