"""One file to S3."""
