"""From sources to indexed documents, by durable jobs (docs/concepts/ingestion.md)."""
