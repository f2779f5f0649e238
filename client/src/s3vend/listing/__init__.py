"""Which objects are below a prefix, or match a pattern. `list_objects` is public."""
