"""Requests to the service, and the credentials and URLs that it vends."""
