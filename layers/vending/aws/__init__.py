"""The edge: what calls AWS, and what AWS calls."""
