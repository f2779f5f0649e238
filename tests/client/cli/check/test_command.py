"""`s3vend check`: what it calls the core with, what it shows, and how it ends."""

import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest

from tests.client.conftest import Serve
from tests.client.typed import answering, problem, typed

FILE = """\
version: 1
grants:
  - id: hr
    scope: s3://bkt/hr/*
"""
FAULT = {"level": "error", "code": "InvalidRequest", "file": 0}
FAULT |= {"pointer": "/grants/0/scope", "detail": "no location for this bucket"}
WARNING = {**FAULT, "level": "warning", "code": "GranteesOverlap", "pointer": "/grants/0"}
UNKNOWN = {"setting": "Account", "file": 0, "pointer": "/grants/0/id", "detail": "must be it"}
DIFFERENCE = {"kind": "gained", "text": "+ role A can now READ s3://bkt/hr/*"}

pytestmark = pytest.mark.usefixtures("nobody")

Core = Callable[..., "list[dict[str, Any]]"]


@pytest.fixture
def file(tmp_path: Path) -> str:
    path = tmp_path / "vending.yaml"
    path.write_text(FILE)
    return str(path)


@pytest.fixture
def core(monkeypatch: pytest.MonkeyPatch) -> Core:
    """`core(finding, …)`: a core that finds these, and remembers how it was called."""

    def finds(
        *findings: "dict[str, Any]",
        unknown: "Sequence[dict[str, Any]]" = (),
        differences: "Sequence[dict[str, Any]]" = (),
    ) -> "list[dict[str, Any]]":
        calls: list[dict[str, Any]] = []

        def check(files: object, settings: object, now: object, **options: object) -> object:
            calls.append({"files": files, "settings": settings, **options})
            return {
                "findings": list(findings),
                "notChecked": [dict(one) for one in unknown],
                "differences": list(differences),
            }

        monkeypatch.setattr("s3vend.cli.check.command.core_check", lambda: check)
        return calls

    return finds


def test_a_file_without_findings_is_said_to_be_so(core: Core, file: str) -> None:
    calls = core()
    ended = typed("check", file)
    assert (ended.code, ended.out, ended.err) == (0, "no errors, no warnings.\n", "")
    members = {"version": 1, "grants": [{"id": "hr", "scope": "s3://bkt/hr/*"}]}
    assert calls == [{"files": {file: members}, "settings": {}, "against": {}, "prune": False}]


def test_a_warning_has_its_place_and_is_no_failure(core: Core, file: str) -> None:
    core(WARNING)
    ended = typed("check", file)
    expected = f"{file}:3:5: warning: /grants/0: no location for this bucket [GranteesOverlap]"
    assert (ended.code, ended.out.splitlines()[0]) == (0, expected)
    assert ended.out.splitlines()[1] == "no errors, 1 warning."


def test_a_fault_is_a_failure(core: Core, file: str) -> None:
    core(FAULT, WARNING)
    ended = typed("check", file)
    assert ended.code == 1
    assert ended.out.splitlines() == [
        f"{file}:3:5: warning: /grants/0: no location for this bucket [GranteesOverlap]",
        f"{file}:4:5: error: /grants/0/scope: no location for this bucket [InvalidRequest]",
        "1 error, 1 warning.",
    ]


def test_what_is_not_known_is_said_unless_it_should_be_quiet(core: Core, file: str) -> None:
    core(unknown=[UNKNOWN])
    expected = (
        f"s3vend: not known: Account: {file}:3: must be it\n"
        "s3vend: these are settings of the stack; give what you know as --setting NAME=VALUE\n"
    )
    assert typed("check", file).err == expected
    assert typed("check", file, "--quiet").err == ""


def test_json_has_everything_with_its_place(core: Core, file: str) -> None:
    core(WARNING, unknown=[UNKNOWN], differences=[DIFFERENCE])
    ended = typed("check", file, "--output", "json")
    assert ended.json == {
        "errors": 0,
        "warnings": 1,
        "findings": [{**WARNING, "file": file, "line": 3, "column": 5}],
        "notChecked": [{**UNKNOWN, "file": file}],
        "differences": [DIFFERENCE],
    }


@pytest.mark.parametrize(
    ("text", "place", "said"),
    [
        ("version: 1\ngrants: [\n", "3:1", "not valid YAML"),
        ("version: 1\nversion: 1\n", "2:1", "duplicate member 'version'"),
        ("version: 1\ngrants:\n  - {id: 0123}\n", "3:10", "0123 is ambiguous"),
        ("version: 1\ndryRun: true\n", "2:1", "is not allowed in the file; use s3vend plan"),
    ],
)
def test_a_file_that_is_no_document_is_a_finding_with_its_place(
    core: Core, tmp_path: Path, text: str, place: str, said: str
) -> None:
    calls = core()
    path = tmp_path / "vending.yaml"
    path.write_text(text)
    ended = typed("check", str(path))
    assert ended.code == 1
    assert ended.out.startswith(f"{path}:{place}: error: ")
    assert said in ended.out
    assert "[NotADocument]" in ended.out
    assert calls == []


def test_stdin_is_a_file(core: Core) -> None:
    core(FAULT)
    ended = typed("check", "-", stdin=FILE)
    assert ended.out.startswith("-:4:5: error: ")


def test_an_older_file_is_compared_as_a_whole(core: Core, file: str, tmp_path: Path) -> None:
    calls = core(differences=[DIFFERENCE])
    old = tmp_path / "old.yaml"
    old.write_text("version: 1\n")
    ended = typed("check", file, "--against", str(old))
    assert ended.out.splitlines() == [DIFFERENCE["text"], "no errors, no warnings."]
    assert (calls[0]["against"], calls[0]["prune"]) == ({str(old): {"version": 1}}, True)


def test_what_is_granted_on_the_service_stands(core: Core, file: str, at: Serve) -> None:
    calls = core()
    listed = {
        name: {name: [], "revision": 1} for name in ("locations", "issuers", "grants", "tests")
    }
    at(answering({f"GET /admin/{name}": answer for name, answer in listed.items()}))
    assert typed("check", file, "--against", "service").code == 0
    assert typed("check", file, "--against", "service", "--prune").code == 0
    lists = {"version": 1, "locations": [], "issuers": [], "grants": [], "tests": []}
    stands = {"what is granted on the service": lists}
    assert [(one["against"], one["prune"]) for one in calls] == [
        (stands, False),
        (stands, True),
    ]


def test_no_difference_is_said_too(core: Core, file: str) -> None:
    core()
    assert typed("check", file, "--against", file).out.startswith("Nobody reaches more or less.\n")


def test_settings_go_to_the_core(core: Core, file: str) -> None:
    calls = core()
    typed("check", file, "--setting", "Account=123456789012", "--setting", "NeverLentBuckets=")
    assert calls[0]["settings"] == {"Account": "123456789012", "NeverLentBuckets": ""}


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("no-such-file",), "no-such-file cannot be read"),
        (("FILE", "FILE"), "is named twice"),
        (("FILE", "--setting", "Account"), "must be NAME=VALUE"),
        (("FILE", "--setting", "A=1", "--setting", "A=2"), "is given twice"),
        (("FILE", "--prune"), "--prune is for --against service"),
        (("FILE", "--against", "service", "--against", "FILE"), "--against is service or files"),
        (
            ("FILE", "--against", "HEAD"),
            "there is no file HEAD; to compare with a commit: git show",
        ),
        (("FILE", "--against", "service"), "No service address found"),
        ((), "FILE"),
    ],
)
def test_misuse_ends_with_two(core: Core, file: str, words: "tuple[str, ...]", said: str) -> None:
    core()
    ended = typed("check", *(file if word == "FILE" else word for word in words))
    assert ended.code == 2
    assert said in ended.err


@pytest.mark.parametrize(
    ("status", "code", "ends"),
    [
        (400, "InvalidRequest", 2),
        (403, "AccessDenied", 2),
        (403, "AccessDeniedException", 2),
        (404, "NotFound", 2),
        (401, "NotAuthenticated", 3),
        (503, "Unavailable", 4),
    ],
)
def test_a_refusal_of_the_service_is_not_a_fault_of_the_file(
    core: Core, file: str, at: Serve, status: int, code: str, ends: int
) -> None:
    core()
    at(answering({"GET /admin/locations": problem(status, code)}))
    ended = typed("check", file, "--against", "service", "--retries", "0")
    assert (ended.code, ended.out) == (ends, "")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("version: 1\ngrants: [\n", "not valid YAML"),
        ("version: 1\nprune: true\n", "prune is not allowed in the file"),
    ],
)
def test_an_older_file_that_is_no_document_is_not_a_fault_of_the_new_one(
    core: Core, file: str, tmp_path: Path, text: str, said: str
) -> None:
    core()
    old = tmp_path / "old.yaml"
    old.write_text(text)
    ended = typed("check", file, "--against", str(old))
    assert (ended.code, ended.out) == (2, "")
    assert said in ended.err


def test_sarif_is_written_beside_the_text(core: Core, file: str, tmp_path: Path) -> None:
    core(FAULT)
    out = tmp_path / "check.sarif"
    ended = typed("check", file, "--sarif", str(out))
    assert ended.code == 1
    assert "1 error" in ended.out
    assert json.loads(out.read_text())["runs"][0]["results"][0]["ruleId"] == "InvalidRequest"


def test_sarif_does_not_replace_a_link_to_a_directory(
    core: Core, file: str, tmp_path: Path
) -> None:
    core()
    (tmp_path / "out").symlink_to(tmp_path)
    ended = typed("check", file, "--sarif", str(tmp_path / "out"))
    assert ended.code == 2
    assert "cannot be written: it is a directory" in ended.err
    assert (tmp_path / "out").is_symlink()
