"""S3's answer to a list, which is checked: what it says is not trusted."""
