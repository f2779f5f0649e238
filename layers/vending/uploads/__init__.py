"""Starts and resumes multipart uploads."""
