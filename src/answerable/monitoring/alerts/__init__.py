"""Rules over the roll-ups that call somebody."""
