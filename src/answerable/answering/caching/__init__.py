"""Answers that are served again: exact, shared while they are made, and, where an app wants it, by likeness."""
