"""The console: the pages that people open in a browser."""

from answerable.console.mount import mount

__all__ = ["mount"]
