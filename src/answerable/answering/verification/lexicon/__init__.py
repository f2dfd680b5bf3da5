"""Word lists that the checks read; written by hand for this project, one list a file."""
