"""Runs and verdicts as files: JSON, JUnit, Markdown, HTML."""
