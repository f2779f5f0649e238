"""What docs/cli.md says of scripts: each command's object, and the object of an error."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
import typer

from s3vend.cli.app import app
from s3vend.cli.terminal.failure import Failure
from tests.client.cli.terminal.test_command import commands
from tests.client.conftest import Asked, Reply, Serve, Served
from tests.client.links import DOWNLOAD, ID, made
from tests.client.shelf import listing, of
from tests.client.typed import KEYS, answering, problem, typed

PAGE = (Path(__file__).parents[2] / "docs/cli.md").read_text()
SECTION = PAGE[PAGE.index("## Scripts") :]
END = "2099-01-01T00:00:00Z"
MORE = {"newerMember": 1}  # the API may add members
CHANGED: "dict[str, Any]" = {"changes": [], "revision": 1, "applied": False, **MORE}
REVOKED = {"revocation": {"id": "a" * 16, "state": "active", "createdAt": END}, "denialWritten": True, **MORE}  # fmt: skip
# Each command as somebody types it, and the answer that it prints, if it is the API's.
TYPED: "dict[str, tuple[str, dict[str, Any] | None]]" = {
    "whoami": ("whoami", {"door": "iam", "arn": "a", **MORE}),
    "ls": ("ls", None),
    "explain": ("explain s3://b/k", {"decision": "granted", "reason": "r", **MORE}),
    "credentials": ("credentials s3://b/k", KEYS | MORE),
    "cp": ("cp FILE s3://b/k", None),
    "rm": ("rm s3://b/k", None),
    "sync": ("sync DIRECTORY s3://b/p/ --dry-run", None),
    "url": ("url s3://b/k", None),
    "share": ("share s3://b/k --for 1h --quiet", made()),
    "shares": ("shares", None),
    "unshare": (f"unshare {ID} --quiet", None),
    "check": ("check FILE", None),
    "plan": ("plan FILE --out FILE.plan", CHANGED | {"notInFile": {"grants": ["g"]}}),
    "apply": ("apply FILE --yes", CHANGED),
    "export": ("export --owner a --out FILE.new", None),
    "revoke": ("revoke --all --reason x --yes", REVOKED),
    "revoke lift": ("revoke lift " + "a" * 16, REVOKED),
    "revoke list": ("revoke list", None),
    "who-can": ("who-can s3://b/k", None),
    "reach": ("reach --as 123456789012", None),
    "audit": ("audit", None),
    "audit sessions": ("audit sessions", None),
    "audit vend": ("audit vend v", {"vend": {}, **MORE}),
    "canary": ("canary s3://b/k", None),
    "configure": ("configure dev --url https://a.example.com/v1", None),
    "doctor": ("doctor", None),
    "version": ("version", None),
}  # fmt: skip
REACHED = {
    "reaches": [
        {
            "grants": [{"id": "g", "grantee": {"iam": "123456789012"}, "permission": "READ"}],
            "keys": "s3://b/k",
            "filled": {},
            "whole": True,
            "exact": True,
            "example": {"caller": {}, "target": "s3://b/k"},
        }
    ],
    "at": "2026-11-28T00:00:00Z",
    "revision": 1,
    "warnings": [],
}
# What a command adds to the API's answer.
ADDED = {"plan": ("notInFile", "planFile"), "apply": ("revocations",)}

pytestmark = pytest.mark.usefixtures("nobody")


def rows(heading: str) -> "dict[str, str]":
    """The rows of a table of the section, by their first cell's names."""
    table = SECTION[SECTION.index(f"| {heading} |") :].partition("\n\n")[0]
    cells = [line.strip("| ").split(" | ", 1) for line in table.splitlines()[2:]]
    return {name: said for names, said in cells for name in re.findall("`([^`]+)`", names)}


DOCUMENTED = rows("command")


@pytest.fixture
def core(monkeypatch: pytest.MonkeyPatch) -> None:
    """The core finds nothing. The client's oldest Python has none."""
    report: dict[str, object] = {"findings": [], "notChecked": [], "differences": []}
    monkeypatch.setattr("s3vend.cli.check.command.core_check", lambda: lambda *_, **__: report)


@pytest.fixture
def served(at: Serve) -> Served:
    """A service, and S3 at the same address, which denies a URL once it is revoked."""
    found: list[Served] = []

    def signed(asked: Asked) -> Reply:
        requests: Any = asked.json["requests"]
        urls = [
            {
                "method": one["method"],
                "url": f"{found[0].url}{path}",
                "headers": {},
                "expiresAt": END,
            }
            for one in requests
            for path in ["/b/list" if one["method"] == "LIST" else "/b/k"]
        ]
        return 200, {}, {"urls": urls, "sessionId": "s"}

    def get(asked: Asked) -> Reply:
        denied = any(one.path.endswith("/revocations") for one in found[0].asked)
        return 403 if denied else 200, {}, b"x"

    entry = {"id": "g", "permission": "READ", "scope": "s3://b/*"}
    found.append(
        at(
            answering(
                {
                    "GET /iam/identity": problem(403, "MissingAuthenticationToken"),
                    "GET /identity": TYPED["whoami"][1],
                    "GET /grants": {"grants": [entry]},
                    "GET /admin/grants": {"grants": [entry], "revision": 1},
                    "GET /admin/issuers": {"issuers": [], "revision": 1},
                    "GET /admin/locations": {"locations": [], "revision": 1},
                    "GET /admin/tests": {"tests": [], "revision": 1},
                    "POST /explanations": TYPED["explain"][1],
                    "POST /credentials": TYPED["credentials"][1],
                    "POST /presigned-urls": signed,
                    "PUT /b/k": (200, {"ETag": '"e"'}, b""),
                    "GET /b/k": get,
                    "HEAD /b/k": (200, {"Content-Length": "1"}, b""),
                    "DELETE /b/k": (204, {}, b""),
                    "GET /b/list": (200, {}, listing()),
                    "POST /admin/changes": CHANGED,
                    "POST /admin/revocations": REVOKED,
                    "GET /admin/revocations": {"revocations": []},
                    f"DELETE /admin/revocations/{'a' * 16}": REVOKED,
                    "POST /admin/reach": REACHED,
                    "GET /admin/shares": {"shares": []},
                    "GET /shares": {"shares": []},
                    "POST /shares": made(),
                    f"DELETE /shares/{ID}": DOWNLOAD | {"state": "takenBack", "vendId": "v"},
                    "GET /admin/audit": {"records": []},
                    "GET /admin/sessions": {"sessions": []},
                    "GET /admin/vends/v": TYPED["audit vend"][1],
                }
            )
        )
    )
    return found[0]


def test_every_command_is_documented_and_tried() -> None:
    names = {path for path, _ in paths(typer.main.get_command(app))}
    assert set(DOCUMENTED) == names
    assert set(TYPED) == names - {"exec", "serve"}  # which do not end by themselves


def paths(one: Any, before: str = "") -> "list[tuple[str, Any]]":
    """Each command that does something by itself, by its words."""
    found = []
    for name, below in getattr(one, "commands", {}).items():
        words = f"{before} {name}".strip()
        if below in list(commands(below)):
            found.append((words, below))
        found += paths(below, words)
    return found


@pytest.mark.usefixtures("core")
@pytest.mark.parametrize("name", TYPED)
def test_a_command_prints_the_object_that_is_documented(
    name: str, served: Served, tmp_path: Path
) -> None:
    file = tmp_path / "vending.yaml"
    file.write_text("version: 1\ngrants: []\n")
    words, answer = TYPED[name]
    words = words.replace("FILE", str(file)).replace("DIRECTORY", str(tmp_path))
    ended = typed(*words.split(), "-o", "json")
    assert (ended.code, ended.err) == (0, ""), ended
    printed, said = ended.json, DOCUMENTED[name]
    if answer is None:
        assert said.startswith("`"), "the command makes the object, so its members are documented"
        own = re.sub(r"\([^)]*\)|, each with.*", "", said)
        assert set(re.findall(r"`(\w+)`", own)) <= set(printed)
        profile = {"url"} if name == "configure" else set()
        assert set(printed) <= set(re.findall(r"`(\w+)`", own)) | profile
    else:
        assert said.startswith("the API's answer for ")
        assert printed == answer | ({"planFile": f"{file}.plan"} if name == "plan" else {})
        assert set(ADDED.get(name, ())) <= set(re.findall(r"`(\w+)`", said))


def test_the_members_in_a_list_are_documented(served: Served) -> None:
    [url] = typed("url", "s3://b/k", "-o", "json").json["urls"]
    assert set(url) < set(re.findall(r"`(\w+)`", DOCUMENTED["url"]))
    checks = typed("doctor", "-o", "json").json["checks"]
    assert {member for check in checks for member in check} <= set(
        re.findall(r"`(\w+)`", DOCUMENTED["doctor"])
    )


def test_the_members_of_a_list_of_objects_are_documented(at: Serve) -> None:
    at(of("p/a", "p/b/c").reply)
    printed = typed("ls", "s3://b/p/", "-o", "json").json
    members = {*printed, *(member for [one] in printed.values() for member in one)}
    assert members == set(re.findall(r"`(\w+)`", DOCUMENTED["ls"])) - {"grants"}


def test_the_members_of_an_error_are_documented(at: Serve) -> None:
    assert list(rows("member")) == list(Failure("t", 1, "c", "m").as_json())
    at(lambda asked: problem(403, "AccessDenied"))
    assert list(json.loads(typed("ls", "-o", "json").err)) == list(rows("member"))


@pytest.mark.parametrize("words", ["credentials s3://b/k --format env", "credentials s3://b/k --format process", "url s3://b/k --curl", "cp s3://b/k -"])  # fmt: skip
def test_another_form_of_output_does_not_go_with_json(words: str, served: Served) -> None:
    ended = typed(*words.split(), "-o", "json")
    assert (ended.code, ended.out) == (2, "")
    assert "--output json" in json.loads(ended.err)["message"]
