"""Copies within S3: S3 itself reads and writes, with a session that may do both."""
