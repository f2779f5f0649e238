"""Gathers what the table knows about a request, and decides it."""
