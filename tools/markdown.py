"""Replaces the generated part of a Markdown page, between two markers."""


def replaced(page: str, begin: str, part: str, end: str) -> str:
    """Return the page with this part between the markers; raises ``ValueError`` without both."""
    before, found, rest = page.partition(begin)
    _, closed, after = rest.partition(end)
    if not (found and closed):
        missing = end if found else begin
        raise ValueError(f"the marker {missing.strip()} is missing")
    return before + begin + part + end + after
