"""The OpenAI wire format, outward: an app stands for a model."""
