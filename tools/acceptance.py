"""Generates the tables of ``docs/acceptance.md`` from the rows and from the last run on AWS."""

from tests.acceptance import page

PATH = page.PATH


def text() -> str:
    """Return the page with the current tables."""
    return page.text()
