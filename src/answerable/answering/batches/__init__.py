"""Many rows through one app: read lazily, run side by side, written as they come, resumed after a crash."""
