"""The schema for editors takes what the service takes of a file, and says what each member is."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
import yaml
from jsonschema import Draft202012Validator

from tests.support.contract import EcmaValidator
from tests.support.pages import ROOT, Block, pages
from tests.unit.tools.test_contract_rows import ROWS, Row, agree, code_says
from tools.vending_schema import NOT_IN_FILE, PATH
from vending.documents.document import ChangesRequest

SCHEMA: dict[str, Any] = json.loads(PATH.read_text(encoding="utf-8"))
CHECK = EcmaValidator(SCHEMA)
LISTS = {"grants", "issuers", "locations", "tests"}


class Loader(yaml.SafeLoader):
    """Reads times as text, as editors do, and as the command does."""


Loader.yaml_implicit_resolvers = {
    first: [one for one in resolvers if "timestamp" not in one[0]]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


def documents() -> Iterator[tuple[Block, dict[str, Any]]]:
    """The examples on the pages that are a vending.yaml, or some lists of one."""
    for page in pages().values():
        for block in page.blocks:
            if block.language == "yaml":
                for read in yaml.load_all(block.text, Loader):
                    if isinstance(read, dict) and not LISTS.isdisjoint(read):
                        yield block, {"version": 1} | read


EXAMPLES = list(documents())
FILES = [
    row for row in ROWS if row.model == "ChangesRequest" and not {*NOT_IN_FILE} & {*row.members}
]


def wrong(document: object) -> list[str]:
    return [error.json_path for error in CHECK.iter_errors(document)]


def test_it_is_a_schema_that_refers_to_itself_alone() -> None:
    Draft202012Validator.check_schema(SCHEMA)
    text = json.dumps(SCHEMA)
    assert "components" not in text
    named = {part.split('"')[0] for part in text.split("#/$defs/")[1:]}
    assert named == SCHEMA["$defs"].keys()


@pytest.mark.parametrize(("block", "document"), EXAMPLES, ids=str)
def test_every_example_on_the_pages_is_valid(block: Block, document: dict[str, Any]) -> None:
    assert wrong(document) == []


def test_examples_are_on_many_pages_and_have_each_list() -> None:
    assert len({block.page for block, _ in EXAMPLES}) >= 8
    assert {name for _, document in EXAMPLES for name in LISTS & document.keys()} == LISTS


@pytest.mark.parametrize(("block", "document"), EXAMPLES[::3], ids=str)
def test_a_misspelt_member_anywhere_in_an_example_is_not(
    block: Block, document: dict[str, Any]
) -> None:
    for name in LISTS & document.keys():
        for entry in document[name]:
            first = next(iter(entry))
            changed = {f"{name}X" if name == first else name: one for name, one in entry.items()}
            assert wrong(document | {name: [changed]})
    assert wrong(document | {"grant": []})
    for option in NOT_IN_FILE:
        assert wrong(document | {option: True})


@pytest.mark.parametrize("row", FILES, ids=lambda row: row.test)
def test_what_the_service_refuses_of_a_file_the_schema_refuses(row: Row) -> None:
    faults = code_says(row.model, json.dumps(row.members, ensure_ascii=False))
    assert agree(faults, wrong(row.members))


@pytest.mark.parametrize(
    "name", sorted({"", *SCHEMA["$defs"]} - {"BucketScope", "GrantScope", "LiteralKeys"})
)
def test_every_member_is_described_in_plain_words(name: str) -> None:
    described = SCHEMA["$defs"][name] if name else SCHEMA
    for member, told in described["properties"].items():
        assert told["description"], member
        assert "](" not in told["description"]


def test_it_has_every_member_that_a_file_may_have() -> None:
    members = {str(one.alias) for one in ChangesRequest.model_fields.values()}
    assert SCHEMA["properties"].keys() == members - {*NOT_IN_FILE}


def test_the_page_of_the_command_says_how_editors_find_it() -> None:
    page = (ROOT / "docs/cli.md").read_text(encoding="utf-8")
    assert f"# yaml-language-server: $schema={PATH.name}" in page
    assert f"]({PATH.name})" in page
