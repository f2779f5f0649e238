"""HTTP to anybody: the service, S3, and platforms that give tokens."""
