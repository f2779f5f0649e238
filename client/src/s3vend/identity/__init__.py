"""Who the caller is, and where that is found."""
