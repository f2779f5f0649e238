"""Makes a site of the pages: `make docs`."""
