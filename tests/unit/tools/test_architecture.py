"""What the page says of rooms and modules, read from a small tree."""

from pathlib import Path

import pytest

from tools import architecture, markdown
from tools.architecture import FUNCTIONS, GROUND

LAYER = "layers/vending"
TREE = {
    "layers/vending/__init__.py": "",
    "layers/vending/errors.py": '"""What can go wrong."""',
    "layers/vending/audit/__init__.py": "",
    "layers/vending/audit/record.py": '"""The record.\n\nMore of it."""\nfrom vending import errors\n',
    "layers/vending/callers/caller.py": '"""Who ``asks``."""\nfrom vending.audit import record\n',
    "layers/vending/grants/grant.py": (
        '"""Grants | permissions."""\n'
        "import json\n"
        "from vending.errors import Fault\n"
        "def lazy():\n"
        "    import vending.callers.caller\n"
        "    from vending.grants.keys import Keys\n"
    ),
    "layers/vending/grants/keys.py": '"""Keys."""\n',
    "layers/vending/aws/services/sts.py": '"""STS."""\nfrom vending.grants.keys import Keys\n',
    "layers/vending/aws/table/items.py": (
        '"""Items."""\nfrom vending.aws.services.sts import call\nfrom vending.aws.api import out\n'
    ),
    f"{LAYER}/aws/api/out.py": '"""Answers."""\nimport botocore.client\n',
    "functions/access.py": '"""Access."""\nfrom vending.aws.table.items import read\n',
}


def written(root: Path, changes: dict[str, str]) -> Path:
    for name, text in (TREE | changes).items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return root


def test_a_module_has_its_room_its_first_line_and_what_it_imports(tmp_path: Path) -> None:
    found = {one.name: one for one in architecture.modules(written(tmp_path, {}))}
    assert list(found) == [
        *("errors.py", "audit/record.py", "callers/caller.py"),
        *("grants/grant.py", "grants/keys.py"),
        *("aws/services/sts.py", "aws/api/out.py", "aws/table/items.py", "functions/access.py"),
    ]
    assert found["errors.py"].room == GROUND
    assert found["functions/access.py"].room == FUNCTIONS
    assert found["aws/table/items.py"].room == "aws/table"
    assert found["audit/record.py"].knows == "The record."
    assert found["audit/record.py"].imports == {"errors.py"}
    assert found["callers/caller.py"].imports == {"audit/record.py"}
    assert found["grants/grant.py"].imports == {"errors.py", "callers/caller.py", "grants/keys.py"}
    assert found["aws/api/out.py"].imports == set()


def test_an_import_within_a_room_is_none_between_rooms(tmp_path: Path) -> None:
    imports = architecture.rooms(architecture.modules(written(tmp_path, {})))
    assert imports["grants"] == {GROUND, "callers"}
    assert imports[GROUND] == set()


@pytest.mark.parametrize(
    ("room", "other", "allowed"),
    [
        ("callers", "audit", True),
        ("audit", "callers", False),
        ("audit", "audit", False),
        ("aws/services", "revocations", True),
        ("revocations", "aws/services", False),
        ("aws/table", "aws/services", True),
        ("aws/table", "aws/api", False),  # though it stands above
        ("aws/environment", "aws/api", True),
        (FUNCTIONS, "aws/environment", True),
        (FUNCTIONS, GROUND, True),
        ("urls", "cellar", False),
        ("cellar", GROUND, False),
    ],
)
def test_a_room_may_import_those_above_it_and_at_the_edge_those_named(
    room: str, other: str, allowed: bool
) -> None:
    assert architecture.may_import(room, other) is allowed


def test_the_picture_leaves_out_what_follows_and_what_is_not_allowed(tmp_path: Path) -> None:
    picture = architecture.picture(architecture.modules(written(tmp_path, {})))
    assert picture.splitlines()[-8:] == [
        '  aws_staging["aws/staging"]',
        "  audit --> ground",
        "  callers --> audit",
        "  grants --> callers",  # its import of the ground follows
        "  aws_services --> grants",
        "  aws_table --> aws_services",  # and not the one of aws/api, which the table forbids
        "  functions --> aws_table",
        "```",
    ]
    assert '  ground["errors"]' in picture.splitlines()


def test_the_table_lists_each_module_below_its_room(tmp_path: Path) -> None:
    table = architecture.table(architecture.modules(written(tmp_path, {}))).splitlines()
    below = table.index("| **`grants/`** | **grants, locations, and the keys that they cover** |")
    assert table[below + 1 : below + 3] == [
        r"| `grants/grant.py` | Grants \| permissions |",
        "| `grants/keys.py` | Keys |",
    ]
    assert "| `callers/caller.py` | Who `asks` |" in table


@pytest.mark.parametrize(
    ("name", "text", "fault"),
    [
        ("layers/vending/ids.py", "", "ids.py has no docstring"),
        ("layers/vending/ids.py", '"""Ids."""\nimport vending.secrets\n', "ids.py imports vending.secrets"),
        ("layers/vending/ids.py", '"""Ids."""\nfrom vending.audit import METER\n', "ids.py imports vending.audit.METER"),
        (f"{LAYER}/cellar/wine.py", '"""Wine."""', "has no cellar"),
        (f"{LAYER}/aws/loose.py", '"""Loose."""', "has no aws"),
    ],
)  # fmt: skip
def test_a_tree_that_the_page_cannot_show_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, text: str, fault: str
) -> None:
    root = written(tmp_path, {name: text})
    modules = architecture.modules
    monkeypatch.setattr(architecture, "modules", lambda: modules(root))
    with pytest.raises(ValueError, match=fault):
        architecture.text()


@pytest.mark.parametrize("page", ["", "<begin>", "<end>", "<end> <begin>"])
def test_a_page_without_its_markers_is_refused(page: str) -> None:
    with pytest.raises(ValueError, match=r"the marker <(begin|end)> is missing"):
        markdown.replaced(page, "<begin>", "", "<end>")


def test_a_part_between_markers_is_replaced_and_the_rest_stays() -> None:
    page = markdown.replaced("a <begin> old <end> z", "<begin>", " new ", "<end>")
    assert page == "a <begin> new <end> z"
