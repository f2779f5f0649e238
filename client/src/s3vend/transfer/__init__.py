"""Uploads and downloads by presigned URLs; here what both need."""
