"""The judges that come with Answerable, as a workspace would have them."""
