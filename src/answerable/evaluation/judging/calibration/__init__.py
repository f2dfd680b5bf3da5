"""How far a judge agrees with people: measured, kept, and asked for wherever its score is shown."""
