"""Prompt templates: Jinja in a sandbox, with a budget for every render."""
