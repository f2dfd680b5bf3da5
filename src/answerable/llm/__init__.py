"""The model boundary: chat, embeddings, prices, resilience, offline models."""
