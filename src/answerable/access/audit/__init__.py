"""Who changed what: entries that are only ever added, each bound to the one before it."""
