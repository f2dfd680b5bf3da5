"""Runs and their steps, for a person to read in a terminal."""
