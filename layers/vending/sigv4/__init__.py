"""Signs with Signature Version 4."""
