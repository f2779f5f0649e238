"""Reads and writes shares in the DynamoDB table."""
