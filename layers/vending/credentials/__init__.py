"""Vends credentials, and explains what would be vended."""
