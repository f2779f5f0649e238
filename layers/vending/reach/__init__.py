"""Reach: every caller, permission and key that a document allows, and who can reach what."""
