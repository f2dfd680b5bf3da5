"""Programs for maintainers; nothing in the package needs them at run time."""
