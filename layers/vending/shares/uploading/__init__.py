"""Uploads by links: reserved first, then given as a URL, a form or a plan of parts."""
