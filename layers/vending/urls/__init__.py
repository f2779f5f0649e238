"""Vends presigned URLs, in the full and in the compact form."""
