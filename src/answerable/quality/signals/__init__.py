"""What is said of an answer, and what follows from what its user did: a signal is a file here and a registry line."""
