"""The commands that copy many files."""
