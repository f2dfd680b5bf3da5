"""The embedder inside the package: all-MiniLM-L6-v2 in int8, no download, no key."""
