"""Staged changes: their items in DynamoDB, and their routes."""
