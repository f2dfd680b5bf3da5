"""Review queues in a real database."""
