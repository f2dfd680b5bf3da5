"""Answerable: ship AI features and hold them to account."""

__version__ = "0.1.0"
