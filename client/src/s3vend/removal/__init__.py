"""Deletes objects: those below a prefix, and those that are named."""
