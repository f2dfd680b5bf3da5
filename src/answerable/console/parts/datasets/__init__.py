"""The parts of the pages about datasets."""
