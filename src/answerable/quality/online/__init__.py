"""A share of the runs scored in the background, within a cap of what that may cost."""
