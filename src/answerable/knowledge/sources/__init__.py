"""Where documents come from: files, folders, zip archives, web pages."""
