"""The parts of the pages about evaluations."""
