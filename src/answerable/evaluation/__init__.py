"""Evaluation: outputs of anything that answers, scored against golden sets, and compared honestly."""
