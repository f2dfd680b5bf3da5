"""What is found in a text, one kind a module; `registry` lists them."""
