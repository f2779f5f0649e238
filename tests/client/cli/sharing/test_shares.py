"""`s3vend shares`, `s3vend unshare`: what they show, and what they take back."""

import json
from typing import Any

import pytest

from tests.client.conftest import Asked, Serve
from tests.client.links import DOWNLOAD, ID, LINK, OWNER, UPLOAD
from tests.client.typed import answering, problem, typed

pytestmark = pytest.mark.usefixtures("nobody")

OTHER = "0123456789abcdeg"
TAKEN = {**DOWNLOAD, "state": "takenBack", "takenBackAt": "2026-11-30T00:00:00Z"}


def test_shares_are_a_table(at: Serve) -> None:
    served = at(answering({"GET /shares": {"shares": [DOWNLOAD, UPLOAD]}}))
    ended = typed("shares")
    assert ended.out.splitlines() == [
        "ID                STATE  KIND      USED  LEFT  UNTIL                 TARGET                   SIZE",
        "0123456789abcdef  live   download  2     1     2026-12-06T10:00:00Z  s3://b/reports/2026.csv",
        "0123456789abcdeg  live   upload    2     1     2026-12-06T10:00:00Z  s3://b/inbox/*           3.0 MiB of 1.0 GiB",
    ]  # fmt: skip
    assert ended.err == ""
    assert typed("shares", "-o", "json").json == {"shares": [DOWNLOAD, UPLOAD]}
    assert served.asked[-1].path.startswith("/web-identity/shares?limit=1000")


@pytest.mark.parametrize(
    ("state", "shown"),
    [
        ("resting", "resting"),
        ("usedUp", "used up"),
        ("takenBack", "taken back"),
        ("ended", "ended"),
        ("refused", "refused"),
        ("later", "later"),
    ],
)
def test_every_state_is_shown_in_words(state: str, shown: str, at: Serve) -> None:
    at(answering({"GET /shares": {"shares": [{**DOWNLOAD, "state": state}]}}))
    assert f"{ID}  {shown}  " in typed("shares").out


def test_any_number_is_no_number(at: Serve) -> None:
    endless = {name: value for name, value in UPLOAD.items() if name not in ("left", "maxSize")}
    at(answering({"GET /shares": {"shares": [endless]}}))
    [_, line] = typed("shares").out.splitlines()
    assert line.split() == [OTHER, "live", "upload", "2", "2026-12-06T10:00:00Z", "s3://b/inbox/*", "3.0", "MiB"]  # fmt: skip
    at(answering({"GET /shares": {"shares": [DOWNLOAD]}}))
    assert "SIZE" not in typed("shares").out


def test_labels_and_owners_are_shown_where_there_are_some(at: Serve) -> None:
    labelled = {**DOWNLOAD, "label": "Q3"} | OWNER
    served = at(answering({"GET /admin/shares": {"shares": [labelled, UPLOAD | OWNER]}}))
    out = typed("shares", "--admin").out.splitlines()
    assert out[0].split()[-2:] == ["OWNER", "LABEL"]
    assert out[1].endswith("user/Ann  Q3")
    typed("shares", "--admin", "--target", "s3://b/reports/*")
    assert "target=s3%3A%2F%2Fb%2Freports%2F%2A" in served.asked[-1].path


def test_all_of_one_share_is_shown_but_its_link(at: Serve) -> None:
    share = {**UPLOAD, "from": "Ann", "label": "Photos", "password": True}
    share["until"] = "2026-12-01T00:00:00Z"
    at(answering({f"GET /shares/{OTHER}": share}))
    assert typed("shares", OTHER).out.splitlines() == [
        "id           0123456789abcdeg",
        "state        live",
        "kind         upload",
        "used         2",
        "left         1",
        "size         3.0 MiB of 1.0 GiB",
        "until        2026-12-01T00:00:00Z",
        "made to end  2026-12-06T10:00:00Z",
        "target       s3://b/inbox/*",
        "grant        reports",
        "from         Ann",
        "label        Photos",
        "types        image/*",
        "password     yes",
        "made         2026-11-29T10:00:00Z",
    ]
    assert typed("shares", OTHER, "-o", "json").json == share


def test_no_shares_are_said(at: Serve) -> None:
    at(answering({"GET /shares": {"shares": []}}))
    assert "s3vend share makes one" in typed("shares").err
    assert typed("shares", "--quiet").err == ""


@pytest.mark.parametrize(
    "words",
    [("--target", "s3://b/k"), ("--admin", "--target", "s3://b/k", ID)],
)
def test_the_filter_is_for_the_list_of_all(words: "tuple[str, ...]", at: Serve) -> None:
    served = at(answering({}))
    ended = typed("shares", *words)
    assert (ended.code, served.asked) == (2, [])
    assert "--target is for the list of all shares" in ended.err


HOSTILE = "\x1b[2J\x1b]0;owned\x07\u202egpj.exe\u2028\r\nfake  live"


def test_nothing_that_others_wrote_controls_the_terminal(at: Serve) -> None:
    share: dict[str, Any] = {**UPLOAD, **OWNER}
    for name in ("label", "from", "fileName", "target", "kind", "state", "grant", "id"):
        share[name] = HOSTILE
    share["contentTypes"] = [HOSTILE]
    share["owner"] = {"issuer": HOSTILE, "subject": HOSTILE}
    answers = {"GET /admin/shares": {"shares": [share]}, f"GET /admin/shares/{ID}": share}
    at(answering(answers))
    for words in ((), (ID,), ("-o", "json"), (ID, "-o", "json")):
        ended = typed("shares", "--admin", *words)
        assert ended.code == 0
        assert not {*"\x1b\x07\u202e\u2028\r"} & {*ended.out}
        assert "\nfake" not in ended.out
    assert len(typed("shares", "--admin").out.splitlines()) == 2


def test_a_share_is_taken_back_and_what_goes_on_is_said(at: Serve) -> None:
    served = at(answering({f"DELETE /shares/{ID}": TAKEN, f"DELETE /admin/shares/{ID}": TAKEN}))
    ended = typed("unshare", ID)
    assert (ended.code, ended.out) == (0, "")
    assert f"{ID} is taken back" in ended.err
    assert "a URL for a download for 60 seconds" in ended.err
    assert "upload" not in ended.err
    ended = typed("unshare", ID, ID, "--admin", "-o", "json")
    assert ended.json == {"shares": [TAKEN]}
    assert [one.path for one in served.asked[1:]] == [f"/admin/shares/{ID}"], "once"
    assert typed("unshare", ID, "--quiet").err == ""


def test_what_goes_on_is_said_of_the_kinds_that_were_taken_back(at: Serve) -> None:
    upload = {**UPLOAD, "state": "takenBack"}
    at(answering({f"DELETE /shares/{ID}": TAKEN, f"DELETE /shares/{OTHER}": upload}))
    goes_on = "s3vend: what a link has just given goes on: "
    assert typed("unshare", OTHER).err.splitlines()[1:] == [
        f"{goes_on}a URL for an upload for 10 minutes"
    ]
    assert typed("unshare", OTHER, ID).err.splitlines()[2:] == [
        f"{goes_on}a URL for a download for 60 seconds, a URL for an upload for 10 minutes"
    ]


def test_a_share_of_another_or_of_nobody_is_not_found(at: Serve) -> None:
    at(answering({f"GET /shares/{ID}": problem(404, "NotFound", "No share with this id.")}))
    for command in ("shares", "unshare"):
        ended = typed(command, ID)
        assert (ended.code, ended.out) == (1, "")
        assert f"no share of yours has the id {ID}; s3vend shares lists them" in ended.err
        assert "--admin" in ended.err
        assert "requestId: r-1" in ended.err
        error = json.loads(typed(command, ID, "-o", "json").err)
        assert error["code"] == "NotFound"
    assert f"no share has the id {ID}" in typed("shares", "--admin", ID).err


def test_the_others_are_taken_back_where_one_is_not_found(at: Serve) -> None:
    at(answering({f"DELETE /shares/{OTHER}": TAKEN}))
    ended = typed("unshare", ID, OTHER)
    assert ended.code == 1
    assert f"{OTHER} is taken back" in ended.err
    assert f"failed: no share of yours has the id {ID}" in ended.err
    assert "1 share could not be found" in ended.err
    assert typed("unshare", ID, OTHER, "-o", "json").json == {"shares": [TAKEN]}


def test_what_was_taken_back_before_an_error_is_said(at: Serve) -> None:
    def reply(asked: Asked) -> object:
        return TAKEN if asked.path.endswith(ID) else problem(503, "Unavailable")

    at(answering({f"DELETE /shares/{ID}": reply, f"DELETE /shares/{OTHER}": reply}))
    ended = typed("unshare", ID, OTHER, "--retries", "0")
    assert ended.code == 4
    assert f"{ID} is taken back" in ended.err
    ended = typed("unshare", ID, OTHER, "--retries", "0", "-o", "json")
    assert json.loads(ended.out) == {"shares": [TAKEN]}


@pytest.mark.invariant(10)
@pytest.mark.parametrize("command", ["shares", "unshare"])
@pytest.mark.parametrize("wrong", [LINK, "s3://b/k", "..", "a/b"])
def test_a_link_is_no_id_and_goes_nowhere(command: str, wrong: str, at: Serve) -> None:
    served = at(answering({f"DELETE /shares/{ID}": TAKEN}))
    words = (ID, wrong) if command == "unshare" else (wrong,)
    ended = typed(command, *words)
    assert (ended.code, served.asked) == (2, [])
    assert "A share is named by its id" in ended.err
    assert wrong not in ended.err


def test_a_member_that_is_missing_in_an_answer_is_said(at: Serve) -> None:
    at(answering({"GET /shares": {"shares": [{"id": ID}]}}))
    ended = typed("shares")
    assert (ended.code, ended.out) == (2, "")
    assert "The answer has no member" in ended.err
