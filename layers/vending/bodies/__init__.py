"""Reads request bodies."""
