"""Tasks and label configurations as Label Studio has them."""
