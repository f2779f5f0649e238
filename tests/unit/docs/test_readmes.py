"""README.md and README.ja.md: the same things, in the order in which they help."""

from tests.support.pages import pages

PAGES = pages()
ENGLISH, JAPANESE = PAGES["README.md"], PAGES["README.ja.md"]


def test_both_readmes_lead_to_the_same_pages_files_and_pictures() -> None:
    english, japanese = (
        {link.partition("#")[0] for link in page.links} - {"README.md", "README.ja.md", ""}
        for page in (ENGLISH, JAPANESE)
    )
    assert english == japanese


def test_both_readmes_lead_to_each_other() -> None:
    assert "README.ja.md" in ENGLISH.links
    assert "README.md" in JAPANESE.links


def test_what_is_narrowed_comes_before_the_role_without_limits() -> None:
    """Readers copy the first block that works."""
    text = JAPANESE.text
    assert 0 < text.index("s3vend.session(") < text.index(".assume_role(")
    warning = text.index("> **注意:**")
    assert "```" not in text[warning : text.index("```python", warning)]
    assert text.index("```python", warning) < text.index(".assume_role(")
    assert ".assume_role(" not in ENGLISH.text


def test_the_status_is_said_once_in_each() -> None:
    assert ENGLISH.text.count("not yet run s3vend on AWS") == 1
    assert JAPANESE.text.count("まだ s3vend を AWS 上で動かしていません") == 1
