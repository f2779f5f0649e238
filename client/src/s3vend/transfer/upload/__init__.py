"""Uploads of one file to S3."""
