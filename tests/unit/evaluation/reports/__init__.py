"""Reports of eval runs."""
