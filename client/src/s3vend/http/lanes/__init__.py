"""Many small requests to one host, on kept connections."""
