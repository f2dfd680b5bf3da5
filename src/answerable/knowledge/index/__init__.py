"""The index of a collection: chunks, vectors and posting lists in PostgreSQL; search over them."""
