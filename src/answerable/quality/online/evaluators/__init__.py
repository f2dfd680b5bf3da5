"""Evaluators that are code, one file for each."""
