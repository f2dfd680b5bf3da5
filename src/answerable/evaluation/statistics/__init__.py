"""Statistics of paired comparisons: pure functions over numbers."""
