"""Documents that do not fit into one request: sent in parts, checked and written in slices."""
