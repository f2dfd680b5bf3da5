"""One file a command; `answerable.cli.registry` lists them."""
