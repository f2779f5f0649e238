"""Revokes and lifts, and writes the denials."""
