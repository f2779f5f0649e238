"""Vends and resumes multipart uploads."""
