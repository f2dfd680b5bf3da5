"""A model provider without a model: speaks the wire formats of the big ones, and misbehaves on demand.

For tests, benchmarks and demonstrations. Deterministic: the same request gets the same answer, byte for byte.
"""
