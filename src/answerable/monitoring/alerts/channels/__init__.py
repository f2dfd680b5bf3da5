"""Where notices of alerts go, one file for each kind."""
