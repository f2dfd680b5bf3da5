"""Many settings of retrieval on one dataset: which is best, at what latency and cost."""
