"""From a finished run to the database: a queue in memory, batches, and a file for when the database is away."""
