"""App files: `apps/*.yaml` of a workspace, read, checked and resolved; and written back."""
