"""The apps that come with Answerable, as files."""
