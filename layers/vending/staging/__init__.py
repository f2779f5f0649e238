"""Large changes: staged in parts, checked part by part, and written in slices."""
