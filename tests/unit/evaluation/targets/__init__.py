"""Things to measure that are no apps of ours."""
