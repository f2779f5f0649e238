"""The command at terminals of several widths: lines fit, and nothing is broken inside a word."""

import re
from pathlib import Path

import pytest

from s3vend.cli.layout.width import width
from tests.client.at_a_terminal import at_a_terminal
from tests.client.conftest import Serve
from tests.client.links import ID, OWNER, UPLOAD
from tests.client.typed import answering, problem

END = "2026-11-28T22:10:11Z"
ROLE = "arn:aws:iam::123456789012:role/ReportReader"
KEYS = ["s3://hogehoge-bucket/reports/2026/*", "s3://b/月次/売上/*", "s3://b/cafe\u0301/*"]
GRANTS = [
    {"id": f"assume-s3-user-reads-{at}", "permission": "READ", "scope": key, "maxDuration": 1800, "expires": END}
    for at, key in enumerate(KEYS)
]  # fmt: skip
RECORD = {
    "time": END,
    "action": "credentials",
    "outcome": "refused",
    "code": "AccessDenied",
    "caller": ROLE,
    "grant": "assume-s3-user-reads-reports",
    "targets": KEYS,
    "vendId": "abcdefghijklmnop",
}
SESSION = {"sessionId": "qrstuvwxyzabcdef", "caller": ROLE, "grant": "reports", "expiresAt": END, "vendCount": 12}  # fmt: skip
REVOCATION = {"id": "0123456789abcdef", "state": "active", "kind": "block", "caller": {"iam": ROLE}, "createdAt": END, "reason": "found in a log of the nightly build of reports"}  # fmt: skip
LABEL = "What the nightly build of the reports found on the 29th of November, for the auditors"
SHARE: "dict[str, object]" = {
    **UPLOAD,
    "id": ID,
    "state": "takenBack",
    "label": LABEL,
    "from": "Ann",
}
REASON = "None of your grants allows WRITE on s3://hogehoge-bucket/reports/2026/11/daily.csv."
CHANGE = {
    "action": "change",
    "kind": "grant",
    "id": "assume-s3-user-reads-reports",
    "pointer": "/grants/0",
    "before": {"grantee": {"iam": ROLE}, "scope": KEYS[0]},
    "after": {"grantee": {"iam": ROLE.replace("Reader", "Writer")}, "scope": KEYS[1]},
}
WARNING = {"pointer": "/grants/0", "code": "WildcardInScope", "detail": "has * inside its scope, where it is a character and not a wildcard"}  # fmt: skip
ANSWERS = {
    "GET /identity": {"door": "iam", "arn": ROLE, "account": "123456789012"},
    "GET /iam/identity": (403, {}, {"code": "MissingAuthenticationToken", "detail": "Sign it."}),
    "GET /grants": {"grants": GRANTS},
    "GET /admin/grants": {"grants": GRANTS},
    "POST /explanations": {"decision": "refused", "code": "AccessDenied", "reason": REASON},
    "POST /credentials": problem(403, "AccessDenied", REASON, [{"pointer": "/target", "detail": "is not covered by any of your grants"}]),
    "GET /shares": {"shares": [SHARE, SHARE]},
    "GET /admin/shares": {"shares": [SHARE | OWNER]},
    f"GET /shares/{ID}": SHARE,
    "POST /shares": {**SHARE, "url": f"https://v.example/s/{'k' * 32}"},
    "GET /admin/audit": {"records": [RECORD]},
    "GET /admin/sessions": {"sessions": [SESSION]},
    "GET /admin/revocations": {"revocations": [REVOCATION]},
    "POST /admin/changes": {"changes": [CHANGE], "revision": 7, "applied": False, "warnings": [WARNING]},
}  # fmt: skip
COMMANDS = [
    "whoami",
    "ls",
    "explain s3://hogehoge-bucket/reports/2026/11/daily.csv -p WRITE",
    "credentials s3://hogehoge-bucket/reports/2026/11/daily.csv",
    "share s3://hogehoge-bucket/reports/2026/11/daily.csv --for 7d",
    "shares",
    "shares --admin",
    f"shares {ID}",
    "audit",
    "audit sessions",
    "revoke list",
    "plan v.yaml",
    "doctor",
    "ls --url http://vend.example.com",
]
PAINT = re.compile(r"\x1b\[[0-9;]*m")


def word_parts(text: str) -> "set[str]":
    return set(re.findall(r"\w[\w.-]*\w|\w", text))


@pytest.mark.parametrize("words", COMMANDS)
def test_lines_fit_the_terminal_and_end_between_words(
    words: str, at: Serve, tmp_path: Path
) -> None:
    served = at(answering(ANSWERS))
    (tmp_path / "v.yaml").write_text("version: 1\ngrants: [{id: a}]\n")

    def shown(columns: int) -> "list[str]":
        typed = [str(tmp_path / word) if word.endswith(".yaml") else word for word in words.split()]
        _, text = at_a_terminal(
            *typed, keys="", home=tmp_path, columns=columns, S3VEND_URL=served.url
        )
        return PAINT.sub("", text).replace("\r", "").splitlines()

    whole = word_parts("\n".join(shown(500)))
    for columns in (60, 80, 120):
        lines = shown(columns)
        assert lines
        # A part of a path that is longer than a line stays whole.
        assert max(width(line) for line in lines if str(tmp_path) not in line) <= columns
        note = word_parts("MAX: without it; -o json has all")
        assert word_parts("\n".join(lines)) - whole <= note
