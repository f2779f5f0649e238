"""`s3vend configure`: writes the profile that the other commands read."""
