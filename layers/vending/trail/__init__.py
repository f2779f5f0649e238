"""Reads audit records again."""
