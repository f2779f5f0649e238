"""Copies trees between the disk and S3: what differs, or everything."""
