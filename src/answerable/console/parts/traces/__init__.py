"""The parts of the pages about traces."""
