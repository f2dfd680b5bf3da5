"""Conversations: what was said, by whom it may be read, and all of it gone when it is deleted."""
