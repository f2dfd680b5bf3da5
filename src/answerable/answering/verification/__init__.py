"""Citation verification: what each sentence of an answer says, held against the passages that it cites."""
