"""What pages of other products load from here."""
