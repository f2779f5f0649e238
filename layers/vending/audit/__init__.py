"""The audit record, and what it measures."""
