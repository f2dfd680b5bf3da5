"""Personal data and secrets taken out of traces before anything of them is written."""
