"""The parts of the pages about review."""
