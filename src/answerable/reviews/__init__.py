"""Review queues, their items, and what annotators said."""
