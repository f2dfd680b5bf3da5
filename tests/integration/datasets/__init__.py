"""Datasets in a real database."""
