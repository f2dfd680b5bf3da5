"""Finding runs and their spans again."""
