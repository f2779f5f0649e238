"""Presigned URLs and forms: what is requested, and in how many requests."""
