"""Searches audit records, and finds vends and sessions in them."""
