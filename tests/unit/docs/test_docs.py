"""The pages are true: links lead somewhere, what is generated is current, names exist."""

import ast
import json
import posixpath
import re
import tomllib
from pathlib import Path

import pytest
import yaml

from local.stack import template
from tests.support.make import NOW, ROLE_ARN
from tests.support.pages import ROOT, Block, Page, markdown, pages
from tools import __main__ as generated
from tools.architecture import FUNCTIONS, GROUND, ROOMS
from tools.reference import page as reference
from tools.reference.meanings import MEANINGS
from tools.reference.routes import ROUTES
from vending.bodies.parse import parse
from vending.callers.web_identity import has_keys
from vending.catalogue.plan import plan
from vending.catalogue.proposal import Setting, Stored
from vending.documents.document import ChangesRequest

PAGES = pages()
MARKDOWN = markdown()
DEFINED = {
    node.name
    for path in (ROOT / "tests").rglob("test_*.py")
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
    if isinstance(node, ast.FunctionDef)
}
BLOCKS = [block for page in PAGES.values() for block in page.blocks]
ARCHITECTURE = PAGES["docs/architecture.md"]
LANGUAGES = {
    "sh": "runs in tests/cloud/test_docs.py",
    "python": "runs there too",
    "py": "runs where the tool is installed, in tests/client_tools or tests/clients, or in tests/cloud",
    "html": "is served there, to a browser's DOM",
    "js": "runs there, or in tests/clients/javascript",
    "yaml": "is parsed here",
    "json": "is parsed here, and compared with what the command before it answers",
    "text": "is compared with what the block before it prints",
    "sql": "runs in tests/unit/docs/test_audit_queries.py",
    "hcl": "names SSM parameters, compared here",
    "console": "is quoted from elsewhere",
    "mermaid": "is a picture",
}
WITHOUT_FENCES = {
    "docs/permissions.md": (
        "its commands need the AWS CLI, which is not here; "
        "tests/cloud/test_local_cloud.py deletes the stack"
    )
}

every_page = pytest.mark.parametrize("page", PAGES.values(), ids=PAGES.keys())
all_markdown = pytest.mark.parametrize("page", MARKDOWN.values(), ids=MARKDOWN.keys())


def of(language: str) -> list[Block]:
    return [block for block in BLOCKS if block.language == language]


def parsed(block: Block) -> object:
    if block.language == "json":
        return json.loads(block.text)
    documents = list(yaml.safe_load_all(block.text))  # several in a manifest of Kubernetes
    return documents[0] if len(documents) == 1 else documents


@all_markdown
def test_a_link_within_the_project_leads_to_a_page_and_its_heading(page: Page) -> None:
    for link in page.links:
        if re.match(r"[a-z]+:", link):
            continue
        path, _, anchor = link.partition("#")
        name = posixpath.normpath(posixpath.join(posixpath.dirname(page.name), path))
        name = name if path else page.name
        assert (ROOT / name).exists(), link
        assert not anchor or anchor in MARKDOWN[name].anchors, link


def test_every_page_is_reached_from_the_readme() -> None:
    reached, waiting = set(), ["README.md"]
    while waiting:
        name = waiting.pop()
        reached.add(name)
        here = posixpath.dirname(name)
        linked = {
            posixpath.normpath(posixpath.join(here, link.partition("#")[0]))
            for link in PAGES[name].links
        }
        waiting += [one for one in linked & PAGES.keys() if one not in reached]
    assert reached == PAGES.keys()


def test_docs_holds_markdown_and_data_that_a_page_publishes_and_nothing_else() -> None:
    files = {
        path.relative_to(ROOT).as_posix()
        for path in (ROOT / "docs").rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }
    others = {name for name in files if not name.endswith(".md")}
    assert {posixpath.splitext(name)[1] for name in others} == {".json"}
    linked = {
        posixpath.normpath(posixpath.join(posixpath.dirname(page.name), link))
        for page in PAGES.values()
        for link in page.links
    }
    assert others <= linked


@every_page
def test_code_is_fenced_with_its_language_so_that_it_is_checked(page: Page) -> None:
    assert {block.language for block in page.blocks} <= LANGUAGES.keys()
    assert page.name in WITHOUT_FENCES or not page.indented
    assert page.text.count("\n```") + page.text.startswith("```") == 2 * len(page.blocks)


@pytest.mark.parametrize("block", [*of("json"), *of("yaml")], ids=str)
def test_an_example_of_json_or_yaml_can_be_read(block: Block) -> None:
    assert parsed(block)


VENDING = [
    block for block in of("yaml") if isinstance(one := parsed(block), dict) and "version" in one
]


@pytest.mark.parametrize("block", VENDING, ids=str)
def test_an_example_of_vending_yaml_is_accepted_into_an_empty_table(block: Block) -> None:
    request = parse(ChangesRequest, json.dumps(parsed(block), default=str))
    setting = Setting(ROLE_ARN, allow_local_issuers=False, has_keys=has_keys, now=NOW)
    assert plan(request, Stored({}, {}, {}), setting).changes


def test_there_are_examples_of_vending_yaml_in_both_languages() -> None:
    assert {"README.md", "README.ja.md"} <= {block.page for block in VENDING}


@all_markdown
def test_a_make_target_that_a_page_names_exists(page: Page) -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    targets = set(re.findall(r"^([a-z-]+):", makefile, re.MULTILINE))
    typed = [block.text for block in page.blocks if block.language in ("sh", "console")]
    code = [*page.spans, *typed]
    named = {name for text in code for name in re.findall(r"\bmake (?:-s )?([a-z][a-z-]*)", text)}
    assert named <= targets


@every_page
def test_a_page_names_no_path_of_one_machine(page: Page) -> None:
    assert not re.findall(r"(?<![\w.}:/])/(?:home|Users|root|work|mnt|opt)/\w", page.text)


@every_page
def test_an_ssm_parameter_that_a_page_names_is_one_of_the_stack(page: Page) -> None:
    config = tomllib.loads((ROOT / "samconfig.toml").read_text(encoding="utf-8"))
    stack = config["prod"]["global"]["parameters"]["stack_name"]
    source = template.read(ROOT / "template.yaml")
    names = [one["Name"]["Fn::Sub"] for one in reference.resources(source, "AWS::SSM::Parameter")]
    known = {name.replace("${AWS::StackName}", stack) for name in names}
    code = "\n".join(block.text for block in page.blocks if block.language == "hcl")
    assert set(re.findall(r'"(/s3vend/[^"{]*)"', code)) <= known


def test_the_changelog_begins_with_the_version_of_the_package() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    versions = re.findall(r"^## (\S+) \((.+)\)$", PAGES["CHANGELOG.md"].text, re.MULTILINE)
    assert versions[0][0] == project["version"]
    assert all(re.fullmatch(r"unreleased|\d{4}-\d\d-\d\d", date) for _, date in versions)
    assert f"`{project['version']}`" in PAGES["docs/versions.md"].text


def test_the_generated_reference_is_current() -> None:
    assert generated.is_current(reference.PATH, reference.text()), "run make format"


def test_a_reference_that_is_not_current_is_told_with_the_command(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    copy = tmp_path / "reference.md"
    monkeypatch.setattr(generated, "GENERATED", {copy: reference.text})
    assert generated.main(["--check"]) == 1
    assert f"{copy} is not up to date; run 'make format'" in capsys.readouterr().err
    assert generated.main([]) == 0
    assert generated.main(["--check"]) == 0
    copy.write_text(copy.read_text().replace("s3:GetObject", "s3:*"))
    assert generated.main(["--check"]) == 1
    assert generated.main(["--chek"]) == 2


def test_the_reference_tells_of_no_route_or_member_that_is_not_there() -> None:
    page = reference.text()
    assert all(f"| `{route}` |" in page for route in ROUTES)
    assert all(f"| `{name.split('.')[1]}` |" in page for name in MEANINGS)
    shared = {
        "Reading",
        "Uploading",
        "Compact",
        "ObjectMembers",
        "Asking",
    }  # what several of them are made of
    headings = set(re.findall(r"^### (\w+)$", page, re.MULTILINE))
    assert {name.split(".")[0] for name in MEANINGS} <= headings | shared


def test_the_architecture_names_every_module() -> None:
    layer = ROOT / "layers/vending"
    modules = {
        path.relative_to(layer).as_posix()
        for path in layer.rglob("*.py")
        if path.name != "__init__.py"
    }
    modules |= {f"functions/{path.name}" for path in (ROOT / "functions").glob("*.py")}
    table = ARCHITECTURE.text.partition("## The modules")[2].partition("\n## ")[0]
    names = re.findall(r"`([a-z0-9_/]+\.py)`", table)
    assert set(names) == modules
    assert len(names) == len(modules)


def test_an_arrow_between_modules_is_an_import() -> None:
    """An arrow stands for all modules of its two rooms: one of them imports one of the others."""
    picture = next(one.text for one in ARCHITECTURE.blocks if one.section == "The modules")
    arrows = re.findall(r"^  (\w+) --> (\w+)$", picture, re.MULTILINE)
    assert len(arrows) == picture.count("-->") > 0
    labels = dict(re.findall(r'^  (\w+)\["(.+)"\]$', picture, re.MULTILINE))
    ground = labels.pop("ground").split(", ")
    for one, other in arrows:
        folder = "functions" if one == "functions" else f"layers/vending/{labels.get(one, one)}"
        texts = [path.read_text(encoding="utf-8") for path in (ROOT / folder).glob("*.py")]
        package = labels.get(other, other).replace("/", ".")
        modules = (
            [f"vending.{name}" for name in ground] if other == "ground" else [f"vending.{package}"]
        )
        wanted = re.compile(rf"^ *from ({'|'.join(map(re.escape, modules))})[. ]", re.MULTILINE)
        assert any(map(wanted.search, texts)), f"{one} --> {other}"


def test_contributing_lists_the_rooms_in_their_order() -> None:
    section = PAGES["CONTRIBUTING.md"].text.partition("\n## The rooms\n")[2]
    before, _, rest = section.partition("\n| room |")
    rooms = re.findall(r"^\| `([\w/]+)/` \|", rest.partition("\n\n")[0], re.MULTILINE)
    assert rooms == [one for one in ROOMS if one not in (GROUND, FUNCTIONS)]
    ground = {path.name for path in (ROOT / "layers/vending").glob("*.py")} - {"__init__.py"}
    assert set(re.findall(r"`(\w+\.py)`", before)) == ground


@every_page
def test_a_test_that_a_page_names_exists(page: Page) -> None:
    assert set(re.findall(r"`(test_\w+)`", page.text)) <= DEFINED


def test_every_decision_is_listed_and_has_its_three_parts() -> None:
    index = PAGES["docs/adr/README.md"]
    decisions = [page for name, page in PAGES.items() if re.match(r"docs/adr/\d{4}-", name)]
    assert {posixpath.basename(page.name) for page in decisions} == set(index.links)
    for page in decisions:
        assert page.text.startswith(f"# {posixpath.basename(page.name)[:4]}: ")
        assert re.findall(r"^## (.+)$", page.text, re.MULTILINE) == ["Context", "Decision", "Cost"]
