"""Deployable AI features and their immutable variants."""
