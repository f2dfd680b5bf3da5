"""The commands below `answerable datasets`."""
