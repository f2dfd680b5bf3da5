"""Small values that every layer uses: errors, ids, the clock. No I/O."""
