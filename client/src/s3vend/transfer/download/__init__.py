"""Downloads of one object to a file."""
