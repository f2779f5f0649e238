"""Vends presigned URLs."""
