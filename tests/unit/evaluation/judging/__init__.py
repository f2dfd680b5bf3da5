"""Judges without a model, and what their agreement with people comes to."""
