"""Runs as files: a format is a module here and a line in `registry`."""
