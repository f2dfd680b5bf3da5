"""Judges: apps that score, how far people agree with them, and what that makes of their scores."""
