"""Evaluation without I/O."""
