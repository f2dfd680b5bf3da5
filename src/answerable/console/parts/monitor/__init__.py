"""The parts of the page *Monitor*."""
