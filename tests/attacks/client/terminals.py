"""Text that would control the terminal of whoever reads it"""

import json
from typing import Any

from s3vend.printable import is_shown
from tests.attacks.client.attack import Attack, Stage
from tests.attacks.sources import rule
from tests.client.conftest import Asked, Served
from tests.client.tokens import token
from tests.client.typed import KEYS, answering, problem, typed

TERMINALS = "CVE-2003-0063"
EVIL = "\x1b]0;evil\x07\x1b[2J\x9b31m\r\u202e"
S3_ERROR = "<Error><Code>evil\x9b31m</Code><Message>evil\u202e\x9b2J</Message></Error>".encode()


def outcome(given: "dict[str, Any]", stage: Stage) -> str:
    """Return whether the command showed the text as it is, escaped, or not at all."""
    served: Served
    answers = dict(given.get("answers", {}))
    if "s3" in given:
        answers |= {
            "POST /presigned-urls": lambda asked: (200, {}, {"urls": signed(asked, served.url)}),
            "HEAD /b/k": (200, {"ETag": '"e"', "Content-Length": "1"}, b"x"),
            **{f"{method} /b/k": (403, {}, given["s3"]) for method in ("GET", "PUT")},
        }
    served = stage.serve(answering(answers))
    stage.environment.setenv("S3VEND_URL", served.url)
    stage.environment.setenv("S3VEND_TOKEN", token())
    stage.environment.chdir(stage.home)
    for name, text in given.get("files", {}).items():
        (stage.home / name).write_text(text)
    ended = typed(*given["words"])
    shown = ended.out + ended.err
    if not all(is_shown(char) or char == "\n" for char in shown):
        return "raw"
    return "escaped" if "evil" in shown else "not shown"


def signed(asked: Asked, url: str) -> "list[dict[str, object]]":
    """A URL of an S3 at the same place, for each request."""
    usual = {"url": f"{url}/b/k", "headers": {}, "expiresAt": "2099-01-01T00:00:00Z"}
    return [{"method": one["method"], **usual} for one in asked.json["requests"]]  # type: ignore[attr-defined]


def service(words: str, asked: str, answer: object, **files: str) -> "dict[str, Any]":
    return {"words": words.split(), "answers": {asked: answer}, "files": files}


def refused(**members: Any) -> "dict[str, Any]":
    status, headers, body = problem(403, members.pop("code", "AccessDenied"))
    assert isinstance(body, dict)
    return service("ls", "GET /grants", (status, headers, body | members))


GRANT = {"id": "g", "permission": "READ", "scope": "s3://b/*"}
EXPLAINED = {
    "decision": "granted",
    "reason": "r",
    "sessionPolicy": f'{{"{EVIL.encode("unicode_escape").decode()}": 1}}'.replace("\\x", "\\u00"),
}
CHANGE = {
    "action": "change",
    "kind": "grant",
    "id": "g",
    "pointer": "/grants/0",
    "before": {"a": 1},
    "after": {"a": 2},
}
RECORD = {"time": "t", "action": "a", "outcome": "granted", "vendId": "v"}

SAVED = {"version": 1, "file": EVIL, "service": EVIL, "prune": False, "revision": 1}
SAVED |= {"members": {"version": 1}, "lines": {}, "changes": []}


def planned(**members: object) -> "dict[str, Any]":
    answer = {"changes": [CHANGE | members], "revision": 1, "applied": False}
    return service("plan v", "POST /admin/changes", answer, v="version: 1\n")


ATTACKS = [
    Attack("a grant's id", service("ls", "GET /grants", {"grants": [GRANT | {"id": EVIL}]}), "escaped", TERMINALS),
    Attack("a grant's scope as JSON", service("ls -o json", "GET /grants", {"grants": [GRANT | {"scope": EVIL}]}), "escaped", TERMINALS),
    Attack("the name of a claim", service("whoami", "GET /identity", {"door": "d", "claims": {EVIL: "x"}}), "escaped", TERMINALS),
    Attack("the name of a member of who one is", service("whoami", "GET /identity", {EVIL: "x"}), "escaped", TERMINALS),
    Attack("the name of a member as JSON", service("whoami -o json", "GET /identity", {EVIL: "x"}), "escaped", TERMINALS),
    Attack("a decision", service("explain s3://b/k", "POST /explanations", EXPLAINED | {"decision": EVIL}), "escaped", TERMINALS),
    Attack("a session policy", service("explain s3://b/k", "POST /explanations", EXPLAINED), "escaped", TERMINALS),
    Attack("a URL", service("url s3://b/k", "POST /presigned-urls", {"urls": [{"method": "GET", "url": EVIL, "expiresAt": "2099-01-01T00:00:00Z"}]}), "escaped", TERMINALS),
    Attack("a header in a line of curl", service("url s3://b/k --curl", "POST /presigned-urls", {"urls": [{"method": "GET", "url": "u", "headers": {EVIL: EVIL}, "expiresAt": "2099-01-01T00:00:00Z"}]}), "escaped", TERMINALS),
    Attack("a key of credentials", service("credentials s3://b/k", "POST /credentials", KEYS | {"region": EVIL}), "escaped", TERMINALS),
    Attack("the detail of a refusal", refused(detail=EVIL), "escaped", TERMINALS),
    Attack("the detail of a refusal as JSON", {**refused(detail=EVIL), "words": ["ls", "-o", "json"]}, "escaped", TERMINALS),
    Attack("the code of a refusal", refused(code=EVIL), "escaped", TERMINALS),
    Attack("the id of a refused request", refused(requestId=EVIL), "escaped", TERMINALS),
    Attack("the pointer of a fault", refused(errors=[{"pointer": EVIL, "detail": EVIL}]), "escaped", TERMINALS),
    Attack("a page of somebody in between", service("ls", "GET /grants", (502, {}, EVIL.encode())), "escaped", TERMINALS),
    Attack("the name of a member that a plan changes", planned(after={EVIL: 1}), "escaped", TERMINALS),
    Attack("the name of a member that a plan removes", planned(before={EVIL: 1}), "escaped", TERMINALS),
    Attack("the id and the kind of a change", planned(id=EVIL, kind=EVIL), "escaped", TERMINALS),
    Attack("the fault of a document", service("plan v", "POST /admin/changes", problem(400, "InvalidRequest", EVIL, [{"pointer": EVIL, "detail": EVIL}]), v="version: 1\n"), "escaped", TERMINALS),
    Attack("an audit record's caller", service("audit", "GET /admin/audit", {"records": [RECORD | {"caller": EVIL, "targets": [EVIL]}]}), "escaped", TERMINALS),
    Attack("a document's file name", {"words": ["plan", f"{EVIL}.yaml"], "files": {}}, "escaped", TERMINALS),
    Attack("a file name that a shell put where no word belongs", {"words": ["ls", EVIL]}, "escaped", TERMINALS),
    Attack("a file name that looks like an option", {"words": ["cp", f"--{EVIL}"]}, "escaped", TERMINALS),
    Attack("a file name that looks like an option, as JSON", {"words": ["ls", "-o", "json", f"--{EVIL}"]}, "escaped", TERMINALS),
    Attack("a saved plan of somebody else", {"words": ["apply", "--plan-file", "p", "--yes"], "files": {"p": json.dumps(SAVED)}, "answers": {"POST /admin/changes": {"changes": [], "revision": 1, "applied": False}}}, "escaped", TERMINALS),
    Attack("a file name in place of a command", {"words": [EVIL]}, "escaped", TERMINALS),
    Attack("S3's error at a download", {"words": ["cp", "s3://b/k", "f"], "s3": S3_ERROR}, "escaped", TERMINALS),
    Attack("S3's error at an upload", {"words": ["cp", "f", "s3://b/k"], "files": {"f": "x"}, "s3": S3_ERROR}, "escaped", TERMINALS),
    Attack("a doctor's finding", {"words": ["doctor"], "answers": {"GET /iam/identity": (403, {}, {"code": "x"}), "GET /identity": {"arn": EVIL}, "GET /grants": {"grants": []}}}, "escaped", rule(10)),
]  # fmt: skip
