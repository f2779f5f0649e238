import pytest

from website.markdown import for_python_markdown, linked


def test_the_title_of_a_block_is_quoted() -> None:
    text = "```yaml title=vending.yaml\na: title=b\n```\n"
    assert for_python_markdown(text) == '```yaml title="vending.yaml"\na: title=b\n```\n'


@pytest.mark.parametrize(
    ("link", "path"),
    [
        ("[a](cli.md)", "docs/cli.md"),
        ("[a](cli.md#files)", "docs/cli.md"),
        ("[a](../template.yaml)", "template.yaml"),
        ("![a](../website/pictures/demo.svg)", "website/pictures/demo.svg"),
    ],
)
def test_a_link_is_a_path_from_the_root(link: str, path: str) -> None:
    assert linked("docs/cli.md", f"See {link}.") == {path}


@pytest.mark.parametrize("link", ["[a](https://example.com/b)", "[a](#b)", "[a](mailto:b@c)"])
def test_a_link_to_elsewhere_is_left_out(link: str) -> None:
    assert linked("docs/cli.md", link) == set()
