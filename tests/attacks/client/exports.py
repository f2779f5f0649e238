"""Text of entries that would become a part of the file that `s3vend export` writes"""

from typing import Any

import yaml

from s3vend.cli.grant.document import read
from tests.attacks.client.attack import Attack, Stage
from tests.attacks.sources import rule
from tests.client.tokens import token
from tests.client.typed import answering, typed

GRANT = {"id": "g", "grantee": {"iam": "123456789012"}, "permission": "READ", "scope": "s3://b/*"}


def outcome(given: "dict[str, Any]", stage: Stage) -> str:
    """Return whether two readers find the one entry in the file, as it is on the service."""
    grant = {**GRANT, **given}
    lists = {"locations": [], "issuers": [], "grants": [grant], "tests": []}
    served = stage.serve(
        answering({f"GET /admin/{name}": {name: one, "revision": 1} for name, one in lists.items()})
    )
    stage.environment.setenv("S3VEND_URL", served.url)
    stage.environment.setenv("S3VEND_TOKEN", token())
    stage.environment.chdir(stage.home)
    assert typed("export", "--out", "file").code == 0
    text = (stage.home / "file").read_text(encoding="utf-8")
    document = {"version": 1, **lists}
    documents = list(yaml.safe_load_all(text))
    if documents == [document] and read(text).members == document:
        return "the same"
    return "another document"


def described(text: str) -> "dict[str, Any]":
    return {"description": text}


ATTACKS = [
    Attack("a description that begins another entry", described("x\n  - id: evil\n    permission: READWRITE"), "the same", rule(19)),
    Attack("a description that ends the quotes", described('x"\n    permission: READWRITE\n    y: "'), "the same", rule(19)),
    Attack("a description that ends single quotes", described("x'\n    permission: READWRITE"), "the same", rule(19)),
    Attack("a description that begins another document", described("x\n---\nversion: 1\ngrants: []"), "the same", rule(19)),
    Attack("a description that is the mark of a document", described("---"), "the same", rule(19)),
    Attack("a description that ends the document", described("x\n...\n"), "the same", rule(19)),
    Attack("a description with an anchor", described("&a x"), "the same", rule(19)),
    Attack("a description that is an alias", described("*a"), "the same", rule(19)),
    Attack("a description with a tag that runs code", described("!!python/object/apply:os.system [id]"), "the same", rule(19)),
    Attack("a description that merges", described("<<: *a"), "the same", rule(19)),
    Attack("a description that is a mapping", described("permission: READWRITE"), "the same", rule(19)),
    Attack("a description that is a mapping in brackets", described("{permission: READWRITE}"), "the same", rule(19)),
    Attack("a description that makes a comment of the rest", described("x # permission: READ"), "the same", rule(19)),
    Attack("a description that is a block", described("|\n x"), "the same", rule(19)),
    Attack("a description with a directive", described("%YAML 1.1"), "the same", rule(19)),
    Attack("a description that escapes", described("x\\\" \\n \\u0022"), "the same", rule(19)),
    Attack("a description that ends the line for YAML alone", described("x\u2028  - id: evil\x85- id: evil"), "the same", rule(19)),
    Attack("an owner that is a boolean", {"owner": "no"}, "the same", rule(19)),
    Attack("an owner that is a number to some", {"owner": "1e3"}, "the same", rule(19)),
    Attack("an owner that is a time of day", {"owner": "12:30:00"}, "the same", rule(19)),
    Attack("an id that is nothing", {"id": "null"}, "the same", rule(19)),
    Attack("an id that is a day", {"id": "2026-11-28"}, "the same", rule(19)),
    Attack("a scope that ends a list in brackets", {"sourceIp": ["192.0.2.0/24], permission: READWRITE, x: ["]}, "the same", rule(19)),
    Attack("a claim's name that ends a mapping in brackets", {"grantee": {"issuer": "https://a", "claims": {"a}, permission: {": "x"}}}, "the same", rule(19)),
]  # fmt: skip
