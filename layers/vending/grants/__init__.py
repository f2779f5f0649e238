"""What was granted to whom."""
