"""One file for each part that pages are made of."""
