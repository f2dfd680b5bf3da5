"""Eval runs in a real database."""
