"""Examples out of files of other tools: one file each, read a row at a time."""
