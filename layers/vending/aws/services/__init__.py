"""Clients of AWS services and of issuers."""
