"""Several indexes of one collection, side by side: made, brought up to date, made active, dropped."""
