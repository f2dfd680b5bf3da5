"""What happened in each run: request, variant, attempts, tokens, cost, outcome."""
