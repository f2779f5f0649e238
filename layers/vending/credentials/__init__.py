"""Vends credentials, and explains what a request would get."""
