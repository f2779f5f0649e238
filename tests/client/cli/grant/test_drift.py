"""`plan` and `apply` of one owner's entries, and what is said where much is removed."""

import json
from pathlib import Path

import pytest

from tests.client.cli.grant.test_plan import changing, listing, posted
from tests.client.conftest import Serve
from tests.client.typed import answering, typed

pytestmark = pytest.mark.usefixtures("nobody")

MINE = "version: 1\ngrants:\n  - id: new\n    owner: team-data\n    scope: s3://b/new/*\n"
STORED = [
    {"id": "new", "owner": "team-data"},
    {"id": "old", "owner": "team-data"},
    {"id": "theirs", "owner": "team-web"},
    {"id": "nobodys"},
]


@pytest.fixture
def file(tmp_path: Path) -> str:
    path = tmp_path / "vending.yaml"
    path.write_text(MINE)
    return str(path)


def removed(*ids: str, **members: object) -> "list[dict[str, object]]":
    return [
        {
            "action": "remove",
            "kind": "grant",
            "id": id_,
            "pointer": "/grants",
            "before": {"id": id_, **members},
            "after": None,
        }
        for id_ in ids
    ]


@pytest.mark.parametrize("words", [("plan",), ("apply", "--yes")])
def test_the_service_is_told_whose_entries_the_document_is_about(
    words: "tuple[str, ...]", file: str, at: Serve
) -> None:
    served = at(answering(changing(removed("old")) | {"GET /admin/grants": listing("grants")}))
    assert typed(*words, file, "--owner", "team-data", "--prune").code in (0, 2)
    assert {one.json.get("owner") for one in posted(served)} == {"team-data"}
    served.asked.clear()
    typed(*words, file)
    assert all("owner" not in one.json for one in posted(served))


def test_a_file_can_name_its_owner_and_no_option_names_another(file: str, at: Serve) -> None:
    served = at(answering(changing([]) | {"GET /admin/grants": listing("grants", *STORED)}))
    Path(file).write_text(f"owner: team-data\n{MINE}")
    for words in ((), ("--owner", "team-data")):
        typed("plan", file, *words)
        assert posted(served)[-1].json["owner"] == "team-data"
    count = len(served.asked)
    ended = typed("plan", file, "--owner", "team-web")
    assert ended.code == 1
    assert f"{file}:1: the owner of the file is 'team-data', not 'team-web'" in ended.err
    assert len(served.asked) == count


def test_what_others_own_is_not_missing_in_the_file(file: str, at: Serve) -> None:
    at(answering(changing([]) | {"GET /admin/grants": listing("grants", *STORED)}))
    assert "3 grants on the service (old, theirs, nobodys)" in typed("plan", file).out
    limited = typed("plan", file, "--owner", "team-data", "--detect-drift")
    assert limited.code == 2
    assert limited.out.splitlines()[0] == (
        "Not in the file: 1 grant of team-data on the service (old); --prune would remove it."
    )
    assert typed("plan", file, "--owner", "team-data", "-o", "json").json["notInFile"] == {
        "grants": ["old"]
    }


def test_a_saved_plan_keeps_its_owner(
    file: str, at: Serve, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    served = at(answering(changing(removed("old")) | {"GET /admin/grants": listing("grants")}))
    typed("plan", file, "--owner", "team-data", "--prune", "--out", "saved")
    served.asked.clear()
    assert typed("apply", "--plan-file", "saved", "--yes").code == 0
    assert [one.json["owner"] for one in posted(served)] == ["team-data", "team-data"]
    refused = typed("apply", "--plan-file", "saved", "--owner", "team-web", "--yes")
    assert refused.code == 2
    assert "--prune and --owner belong to plan" in refused.err


def test_a_change_shows_who_owns_it(file: str, at: Serve) -> None:
    changes = [
        {
            "action": "change",
            "kind": "grant",
            "id": id_,
            "pointer": "/grants/0",
            "before": {"id": id_, **before},
            "after": {"id": id_, **after},
        }
        for id_, before, after in (
            ("a", {"owner": "team-data"}, {"owner": "team-data", "description": "new"}),
            ("b", {"owner": "team-data"}, {"owner": "team-web"}),
            ("c", {}, {"owner": "team-web"}),
            ("d", {"x": 1}, {}),
        )
    ]
    at(answering(changing(changes) | {"GET /admin/grants": listing("grants")}))
    lines = typed("plan", file).out.splitlines()
    assert [line.partition("  ")[0] for line in lines if line.startswith("~")] == [
        "~ grant a (team-data)",
        "~ grant b (team-data -> team-web)",
        "~ grant c (team-web)",
        "~ grant d",
    ]
    assert '    + description: "new"' in lines


@pytest.mark.invariant(19)
@pytest.mark.parametrize("words", [("plan",), ("apply", "--yes"), ("apply", "--yes", "-o", "json")])
@pytest.mark.parametrize("owner", [None, "team-data"])
def test_an_empty_list_with_prune_says_how_much_it_removes(
    owner: "str | None", words: "tuple[str, ...]", tmp_path: Path, at: Serve
) -> None:
    empty = tmp_path / "empty.yaml"
    empty.write_text("version: 1\ngrants: []\nissuers: []\n")
    at(answering(changing(removed("a", "b", "c"))))
    more = () if owner is None else ("--owner", owner)
    ended = typed(*words, str(empty), "--prune", *more)
    whose = "" if owner is None else " of team-data"
    sentence = (
        f"the list 'grants' of the file is empty: --prune removes every grant{whose} on the "
        "service (3)"
    )
    first = ended.err.splitlines()[0]
    assert (json.loads(first)["remark"] if "json" in words else first) in (
        sentence,
        f"s3vend: {sentence}",
    )
    assert ended.err.count("is empty") == 1  # no issuer is removed


def test_a_list_with_entries_is_not_said_to_be_empty(file: str, at: Serve) -> None:
    at(answering(changing(removed("a", "b"))))
    assert "is empty" not in typed("plan", file, "--prune").err
