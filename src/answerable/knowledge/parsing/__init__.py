"""From the bytes of a source to its text, title, pages and metadata. Pure: no database, no event loop."""
