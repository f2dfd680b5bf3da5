"""Running the server from the command line: its address, its life, what it prints."""
