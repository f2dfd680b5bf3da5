"""From the text of a document to passages of a bounded number of tokens. Pure: no database, no event loop."""
