"""The parts of eval runs that need no database."""
