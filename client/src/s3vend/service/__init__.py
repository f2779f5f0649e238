"""Requests to the service, and the credentials that it vends."""
