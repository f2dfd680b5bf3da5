"""The background work of a server, or of a process of its own."""
