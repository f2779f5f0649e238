from website.groups import Entry, Group
from website.llms import llms

README = "# s3vend\n\ns3vend lends S3 access.\n\nMore.\n"


def test_llms_txt_has_the_title_the_first_paragraph_and_a_line_for_each_page() -> None:
    entry = Entry("The contract", "docs/contract.md", "[openapi.yaml](openapi.yaml), and more")
    assert llms(README, [Group("Use", (entry,))]) == (
        "# s3vend\n\n"
        "> s3vend lends S3 access.\n\n"
        "- [README](README.md)\n"
        "- [README in Japanese](README.ja.md)\n\n"
        "## Use\n\n"
        "- [The contract](docs/contract.md): openapi.yaml, and more\n"
    )
