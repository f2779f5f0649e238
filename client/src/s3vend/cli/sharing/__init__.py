"""The commands `share`, `shares` and `unshare`."""
