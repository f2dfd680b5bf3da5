"""Grounded answers: retrieve, prompt, call, verify, and keep, strip, repair or abstain."""
