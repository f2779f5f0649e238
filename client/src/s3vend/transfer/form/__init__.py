"""Uploads with presigned forms."""
