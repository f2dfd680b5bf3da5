"""What scores an output: one file each, found by name in the registry."""
