"""Evaluations by the real command, and over HTTP."""
