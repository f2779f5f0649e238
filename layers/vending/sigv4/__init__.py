"""Signs URLs and form policies with AWS Signature Version 4."""
