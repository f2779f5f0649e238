"""Who asks, and how that was proven."""
