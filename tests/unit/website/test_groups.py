"""The list of pages in both READMEs, which is the site's navigation too."""

import re

import pytest

from tests.support.pages import pages
from website.groups import ENGLISH, JAPANESE, Entry, Group, UngroupedPage, groups, navigation

PAGES = pages()
README = """\
# A project

## Pages

### Use

- [The command](manual/cli.md): files
- [The contract](manual/contract.md): [a file](a.yaml), and more

### Contribute

- [Decisions](manual/adr/README.md): why
"""
USE = Group(
    "Use",
    (
        Entry("The command", "manual/cli.md", "files"),
        Entry("The contract", "manual/contract.md", "[a file](a.yaml), and more"),
    ),
)
CONTRIBUTE = Group("Contribute", (Entry("Decisions", "manual/adr/README.md", "why"),))
LISTED = {ENGLISH, JAPANESE, "manual/cli.md", "manual/contract.md", "manual/adr/README.md"}


def entries(readme: str) -> list[list[str]]:
    return [[one.page for one in group.entries] for group in groups(readme, PAGES[readme].text)]


def test_the_groups_of_a_readme_are_read_in_their_order() -> None:
    assert groups(ENGLISH, README) == [USE, CONTRIBUTE]


def test_a_readme_without_the_list_has_no_groups() -> None:
    assert groups(JAPANESE, README) == []


def test_the_navigation_has_a_section_for_each_group() -> None:
    assert navigation([USE], LISTED - {"manual/adr/README.md"}) == [
        {"s3vend": ENGLISH},
        {"Use": [{"The command": "manual/cli.md"}, {"The contract": "manual/contract.md"}]},
    ]


def test_the_readme_of_a_folder_brings_the_pages_of_the_folder() -> None:
    below = {"manual/adr/0002-b.md", "manual/adr/0001-a.md"}
    assert navigation([USE, CONTRIBUTE], LISTED | below)[-1] == {
        "Contribute": [
            {"Decisions": ["manual/adr/README.md", "manual/adr/0001-a.md", "manual/adr/0002-b.md"]}
        ]
    }


@pytest.mark.parametrize("page", ["manual/macos.md", "NEWS.md", "manual/adr2/0001-a.md"])
def test_a_page_in_no_group_is_an_error_that_says_where_to_add_it(page: str) -> None:
    with pytest.raises(UngroupedPage, match=f"^{re.escape(page)}: in no group. Add a line to a"):
        navigation([USE, CONTRIBUTE], LISTED | {page})


def test_every_page_of_the_project_is_in_a_group() -> None:
    assert navigation(groups(ENGLISH, PAGES[ENGLISH].text), PAGES)


def test_both_readmes_have_the_same_pages_in_the_same_groups() -> None:
    assert entries(JAPANESE) == entries(ENGLISH)
    assert len(entries(ENGLISH)) == 5


def test_a_page_is_in_one_group() -> None:
    listed = [page for group in entries(ENGLISH) for page in group]
    assert len(listed) == len(set(listed))
