"""`plan` and `apply`: what is sent, shown, asked and written, and the lines of faults."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.client.conftest import Asked, Reply, Serve, Served
from tests.client.typed import answering, problem, typed

FILE = """\
version: 1
grants:
  - id: new
    scope: s3://b/new/*
  - id: wider
    scope: s3://b/*
"""
NEW = {"action": "add", "kind": "grant", "id": "new", "pointer": "/grants/0", "before": None}
CHANGES: "list[dict[str, Any]]" = [
    {**NEW, "after": {"id": "new", "scope": "s3://b/new/*"}},
    {
        "action": "change",
        "kind": "grant",
        "id": "wider",
        "pointer": "/grants/1",
        "before": {"scope": "s3://b/a/*", "maxDuration": 900, "permission": "READ"},
        "after": {"scope": "s3://b/*", "expires": "2030-01-01T00:00:00Z", "permission": "READ"},
    },
    {
        "action": "remove",
        "kind": "grant",
        "id": "old",
        "pointer": "/grants",
        "before": {"id": "old", "scope": "s3://b/old/*"},
        "after": None,
        "revocation": {"grantId": "old", "kind": "sessions", "reason": "the grant was removed"},
    },
]
REVOCATION = {"id": "0" * 16, "state": "active", "createdAt": "2030-01-01T00:00:05Z"}

pytestmark = pytest.mark.usefixtures("nobody")


@pytest.fixture
def file(tmp_path: Path) -> str:
    path = tmp_path / "vending.yaml"
    path.write_text(FILE)
    return str(path)


def changing(
    changes: "list[dict[str, Any]]", stored: "tuple[str, ...]" = ("new", "wider")
) -> "dict[str, object]":
    def changed(asked: Asked) -> Reply:
        dry = asked.json["dryRun"]
        answer = {"applied": not dry, "revision": 7 if dry else 8, "changes": changes}
        return 200, {}, answer | ({} if dry else {"environmentsBy": "2026-01-01T00:00:00Z"})

    def revoked(asked: Asked) -> Reply:
        return 200, {}, {"revocation": REVOCATION, "denialWritten": True}

    return {
        "POST /admin/changes": changed,
        "POST /admin/revocations": revoked,
        "GET /admin/grants": listing("grants", *({"id": id_} for id_ in stored)),
    }


def posted(served: Served) -> "list[Asked]":
    """The requests that are no reads."""
    return [one for one in served.asked if one.method == "POST"]


def listing(member: str, *entries: "dict[str, str]") -> object:
    """The answer of a list in two pages."""

    def listed(asked: Asked) -> Reply:
        second = "nextToken=second" in asked.path
        page = entries[3:] if second else entries[:3]
        more = {} if second or len(entries) <= 3 else {"nextToken": "second"}
        return 200, {}, {member: list(page), **more}

    return listed


def test_plan_shows_what_comes_and_goes_with_before_and_after(file: str, at: Serve) -> None:
    served = at(answering(changing(CHANGES)))
    ended = typed("plan", file, "--prune")
    assert ended.code == 2
    assert ended.out.splitlines() == [
        f"+ grant new  {file}:3",
        "    id: new",
        "    scope: s3://b/new/*",
        f"~ grant wider  {file}:5",
        '    ~ scope: "s3://b/a/*" -> "s3://b/*"',
        "    - maxDuration: 900",
        '    + expires: "2030-01-01T00:00:00Z"',
        "- grant old",
        "    id: old",
        "    scope: s3://b/old/*",
        "    what was vended under it stays valid until it expires or is revoked",
        "1 to add, 1 to change, 1 to remove (revision 7).",
    ]
    assert [one.json["dryRun"] for one in served.asked] == [True]
    assert served.asked[0].json["prune"] is True
    assert typed("plan", file, "-o", "json").json["changes"] == CHANGES


def test_plan_ends_with_zero_where_nothing_would_change(file: str, at: Serve) -> None:
    at(answering(changing([])))
    ended = typed("plan", file)
    assert (ended.code, ended.out.split(":")[0]) == (0, "Nothing to apply")


@pytest.mark.invariant(19)
def test_plan_names_what_is_granted_and_not_in_the_file(file: str, at: Serve) -> None:
    more = tuple(f"g{number}" for number in range(6))
    at(answering(changing([], ("new", "wider", *more))))
    ended = typed("plan", file)
    assert ended.code == 0
    drift = (
        f"Not in the file: 6 grants on the service ({', '.join(more[:5])} and 1 more); --prune "
        "would remove them."
    )
    assert ended.out.splitlines() == [
        drift,
        "Nothing to apply: everything in the file is in place (revision 7).",
    ]
    assert typed("plan", file, "--detect-drift").code == 2
    assert typed("plan", file, "-o", "json").json["notInFile"] == {"grants": list(more)}


def test_what_the_file_has_no_list_of_is_no_drift(file: str, at: Serve) -> None:
    served = at(answering(changing([])))
    assert typed("plan", file, "--detect-drift").code == 0
    assert {one.path.partition("?")[0] for one in served.asked if one.method == "GET"} == {
        "/admin/grants"
    }


@pytest.mark.invariant(19)
def test_an_emptied_list_is_not_taken_for_no_change(tmp_path: Path, at: Serve) -> None:
    empty = tmp_path / "empty.yaml"
    empty.write_text("version: 1\ngrants: []\n")
    at(answering(changing([], ("only",))))
    ended = typed("plan", str(empty), "--detect-drift")
    assert ended.code == 2
    assert "1 grant on the service (only); --prune would remove it" in ended.out


def test_apply_writes_what_was_shown_at_the_revision_that_it_was_shown_for(
    file: str, at: Serve
) -> None:
    served = at(answering(changing(CHANGES[:2])))
    ended = typed("apply", file, "--yes")
    assert (ended.code, ended.out.splitlines()[-1]) == (0, "Applied: revision 8.")
    assert [(one.json["dryRun"], one.json.get("revision")) for one in posted(served)] == [
        (True, None),
        (False, 7),
    ]


def test_apply_writes_nothing_where_nobody_is_there_to_say_yes(file: str, at: Serve) -> None:
    served = at(answering(changing(CHANGES)))
    ended = typed("apply", file, stdin="yes\n")
    assert ended.code == 1
    assert "use --yes" in ended.err
    assert [one.json["dryRun"] for one in posted(served)] == [True]


def test_apply_has_nothing_to_ask_where_nothing_changes(file: str, at: Serve) -> None:
    served = at(answering(changing([])))
    assert typed("apply", file).code == 0
    assert len(posted(served)) == 1


@pytest.mark.parametrize(("options", "sent"), [((), 0), (("--revoke",), 1)])
def test_what_a_grant_gave_before_is_ended_only_when_that_is_said(
    options: "tuple[str, ...]", sent: int, file: str, at: Serve
) -> None:
    served = at(answering(changing(CHANGES)))
    ended = typed("apply", file, "--yes", *options)
    assert ended.code == 0
    revoked = [one.json for one in served.asked if one.path.endswith("/revocations")]
    assert revoked == [CHANGES[2]["revocation"]] * sent
    assert ("s3vend revoke --grant" in ended.err) == (not sent)


@pytest.mark.invariant(19)
@pytest.mark.parametrize(
    ("answer", "code", "said"),
    [
        ({"denialWritten": True}, 0, "revoked the credentials and URLs vended under old"),
        ({"denialWritten": False}, 4, "is recorded, but not in force yet"),
        (
            {"denialWritten": True, "notCovered": [{"roleArn": "arn:other"}, {"issuer": "i"}]},
            *(0, "sessions of other roles go on until they expire: arn:other"),
        ),
    ],
)
def test_apply_says_whether_what_it_revoked_is_in_force(
    answer: "dict[str, object]", code: int, said: str, file: str, at: Serve
) -> None:
    answers = changing(CHANGES) | {"POST /admin/revocations": {"revocation": REVOCATION} | answer}
    at(answering(answers))
    ended = typed("apply", file, "--yes", "--revoke")
    assert (ended.code, said in ended.err) == (code, True), ended.err
    assert "Applied: revision 8." in ended.out
    waiting = "vended under old at 2026-01-01T00:00:00Z, when all functions have loaded the changes"
    assert ended.err.splitlines()[0].endswith(waiting)


def test_what_was_applied_is_said_though_its_revocation_fails(file: str, at: Serve) -> None:
    answers = changing(CHANGES)
    at(
        lambda asked: (
            problem(403, "NotAuthenticated")
            if asked.path.endswith("/revocations")
            else answering(answers)(asked)
        )
    )
    ended = typed("apply", file, "--yes", "--revoke")
    assert ended.code == 3
    assert "Applied: revision 8." in ended.out


ROLE = "arn:aws:iam::210987654321:role/Partner"
STAYS = "stays valid until it expires or is revoked"
ENDED = {"kind": "sessions", "reason": "its location was changed"}
CLOSED: "dict[str, Any]" = {
    "action": "change",
    "kind": "location",
    "id": "b",
    "pointer": "/locations/0",
    "before": {"scope": "s3://b/*", "role": ROLE},
    "after": {"scope": "s3://b/*"},
    "revocations": [{"grantId": f"g{number}", **ENDED} for number in range(6)],
    "notCovered": [{"roleArn": ROLE}],
}


def test_a_location_that_closes_shows_whose_access_goes_on_and_ends_it_when_told(
    file: str, at: Serve
) -> None:
    served = at(answering(changing([CHANGES[2], CLOSED])))
    ended = typed("plan", file)
    assert ended.out.splitlines()[-3:-1] == [
        f"    what was vended under g0, g1, g2, g3, g4 and 1 more {STAYS}",
        f"    sessions of {ROLE} cannot be revoked; they expire",
    ]
    assert typed("apply", file, "--yes", "--revoke").code == 0
    revoked = [one.json for one in served.asked if one.path.endswith("/revocations")]
    assert revoked == [CHANGES[2]["revocation"], *CLOSED["revocations"]]


def test_very_many_grants_are_ended_with_one_revocation_of_all(file: str, at: Serve) -> None:
    everything = {"all": True, **ENDED}
    served = at(answering(changing([CHANGES[2], CLOSED | {"revocations": [everything]}])))
    ended = typed("apply", file, "--yes")
    assert "vended under all grants stay valid" in ended.err
    assert "s3vend revoke --all" in ended.err
    assert typed("apply", file, "--yes", "--revoke").code == 0
    revoked = [one.json for one in served.asked if one.path.endswith("/revocations")]
    assert revoked == [everything]


def test_a_fault_is_said_with_its_line(file: str, at: Serve) -> None:
    faults = [
        {"pointer": "/grants/1/scope", "detail": "ends at a '/'"},
        {"pointer": "/grants/0/permission", "detail": "is missing"},
    ]
    at(lambda asked: problem(400, "InvalidRequest", "It does not hold together.", faults))
    for words in (("plan", file), ("apply", file, "--yes")):
        ended = typed(*words)
        assert (ended.code, ended.out) == (1, "")
        assert ended.err.splitlines() == [
            f"s3vend: {file}:3: /grants/0/permission: is missing",
            f"{file}:6: /grants/1/scope: ends at a '/'",
            "InvalidRequest: It does not hold together.",
            "requestId: r-1",
        ]
        assert json.loads(typed(*words, "-o", "json").err)["faults"] == faults


def test_a_saved_plan_in_the_place_of_a_file_is_pointed_to_its_option(
    file: str, at: Serve, tmp_path: Path
) -> None:
    served = at(answering({"POST /admin/changes": {"revision": 1, "changes": []}}))
    plan = str(tmp_path / "a plan")
    assert typed("plan", file, "--out", plan, "--prune").code == 0
    before = len(served.asked)
    ended = typed("apply", plan, "--yes")
    assert ended.code == 2
    assert f"is a saved plan; apply it with --plan-file '{plan}'" in ended.err
    assert len(served.asked) == before


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("version: 1\nversion: 1\n", ":2: duplicate member 'version'"),
        ("version: 1\ndryRun: false\n", ":2: dryRun is not allowed in the file"),
        ("version: 1\nprune: true\n", ":2: prune is not allowed in the file; use --prune"),
        ("version: [\n", ": not valid YAML"),
    ],
)
def test_a_bad_file_is_refused_before_anything_is_sent(
    text: str, said: str, file: str, at: Serve
) -> None:
    served = at(answering({}))
    Path(file).write_text(text)
    for words in (("plan", file), ("apply", file, "--yes")):
        ended = typed(*words)
        assert ended.code == 1
        assert said in ended.err
    assert served.asked == []


def test_the_file_may_come_from_stdin(at: Serve) -> None:
    served = at(answering(changing([])))
    assert typed("plan", "-", stdin=FILE).code == 0
    assert served.asked[0].json["grants"] == [
        {"id": "new", "scope": "s3://b/new/*"},
        {"id": "wider", "scope": "s3://b/*"},
    ]


@pytest.mark.parametrize(
    ("reply", "code"),
    [
        (problem(412, "PreconditionFailed"), 1),
        (problem(403, "NotAuthenticated"), 3),
        (problem(503, "Unavailable"), 4),
    ],
)
def test_other_refusals_end_as_everywhere(reply: Reply, code: int, file: str, at: Serve) -> None:
    at(lambda asked: reply)
    assert typed("plan", file).code == code


def test_warnings_of_a_plan_are_shown_with_their_lines(at: Serve, file: str) -> None:
    warning = {"code": "NestedScope", "pointer": "/grants/1/scope", "detail": "nests\x1b[2J"}
    answer = {"applied": False, "revision": 7, "changes": [], "warnings": [warning]}
    at(answering(changing([]) | {"POST /admin/changes": answer}))
    ended = typed("plan", file)
    assert ended.code == 0
    assert f"warning: {file}:6: /grants/1/scope: nests" in ended.err
    assert ended.err.rstrip().endswith("[NestedScope]")
    assert "\x1b" not in ended.err
