"""Checking files of ``vending.yaml`` without a service: ``s3vend check`` does, no function."""
