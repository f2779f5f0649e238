"""One object to a file."""
