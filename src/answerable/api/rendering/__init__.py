"""Values as JSON, the same over HTTP and on the command line, which does without the web framework."""
