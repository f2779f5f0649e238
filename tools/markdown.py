"""A part of a Markdown page that is generated, between two markers."""


def replaced(page: str, begin: str, part: str, end: str) -> str:
    """The page with this part between the markers; raises ``ValueError`` if one is not there."""
    before, found, rest = page.partition(begin)
    _, closed, after = rest.partition(end)
    if not (found and closed):
        missing = end if found else begin
        raise ValueError(f"the marker {missing.strip()} is missing")
    return before + begin + part + end + after
