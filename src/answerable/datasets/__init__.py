"""Golden sets: examples with what is expected."""
