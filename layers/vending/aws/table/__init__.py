"""Reads and writes the DynamoDB table."""
