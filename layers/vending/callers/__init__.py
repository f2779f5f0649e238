"""The caller of a request, and how its identity was verified."""
