"""Eval runs: examples through a target and its evaluators, kept so that a run can go on where it was."""
