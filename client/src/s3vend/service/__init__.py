"""Requests to the service, and what it vends: credentials and URLs."""
