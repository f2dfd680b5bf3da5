"""The command `answerable`: parse, one call, print."""

from answerable.cli.main import main

__all__ = ["main"]
