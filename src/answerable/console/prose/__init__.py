"""Text of documents and models as HTML that can hold nothing but text."""

from answerable.console.prose.render import Mark, list_headings, plain_text, render_prose

__all__ = ["Mark", "list_headings", "plain_text", "render_prose"]
