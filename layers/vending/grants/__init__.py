"""Grants and locations: who may do what with which keys, and in which buckets."""
