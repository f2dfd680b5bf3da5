"""Filters that somebody gave a name."""
