"""HTTP: parse, one call, render. No SQL, no business rule."""
