"""Shares as their owners make, list and end them; administrators see all of them."""
