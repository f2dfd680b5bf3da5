"""One file a resource; `registry` lists them."""
