"""Decides requests: gathers grants and denials, and finds the closest grant."""
