"""What we measure ourselves against. Each file runs in a virtual environment of its own: see requirements-*.txt."""
