"""Filling review queues: from their rules to runs."""
