"""Runs and their model calls as spans and traces."""
