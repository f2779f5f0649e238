"""HTTP requests to the service, to S3, and to platforms that issue tokens."""
