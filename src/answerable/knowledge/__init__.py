"""What a team knows: collections, documents, chunks, indexes; ingestion and search."""
