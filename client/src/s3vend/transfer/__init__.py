"""Uploads and downloads with presigned URLs: what both directions share."""
