"""The examples in openapi.yaml are real: each is sent, and its answer is one of the contract's.

That every answer in this directory is one, the `call` fixture looks at.
"""

from collections.abc import Callable
from urllib.parse import urlencode

import pytest

from local.cloud.client import Answer, Call, Credentials
from local.cloud.ministack import Cloud
from tests.cloud.conftest import Apply, NewCaller
from tests.support.contract import Contract, Operation
from tests.support.documents import in_parts
from tests.support.events import TESTS

CONTRACT = Contract.read()
EVERYTHING = {"scope": "s3://hogehoge-bucket/*", "permission": "READWRITE", "sharing": True}
# Links need no caller but a share: test_shares.py has them.
OPERATIONS = [one for one in CONTRACT.operations if not one.path.startswith("/s/")]
GETS = [one for one in OPERATIONS if one.method == "get"]
BODIES = [
    pytest.param(operation, example["value"], id=f"{operation.path} {name}")
    for operation in OPERATIONS
    for kind, content in operation.told.get("requestBody", {}).get("content", {}).items()
    if kind == "application/json"  # a form's token is none: test_sts_door.py has those that are
    for name, example in content["examples"].items()
]
ENTRIES = {
    "/admin/grants/{id}": "assume-s3-user-reads-reports",
    "/admin/issuers/{id}": "accounts.google.com",
    "/admin/locations/{id}": "hogehoge-bucket",
    "/admin/tests/{id}": "payroll",
}

type Ask = Callable[[Operation, str, object], Answer]


@pytest.fixture(scope="module")
def ask(
    call: Call, cloud: Cloud, apply: Apply, new_user: NewCaller, administrator: Credentials
) -> Ask:
    """`ask(operation, path, body)` as somebody who may, at each door."""
    signer = new_user("Reader")
    grantees = {
        "signer": {"iam": "arn:aws:iam::123456789012:user/Reader"},
        "bearer": {"issuer": cloud.issuer.url, "subject": "reader"},
    }
    apply(
        {
            "version": 1,
            "grants": [
                {"id": f"contract-{name}", "grantee": one} | EVERYTHING
                for name, one in grantees.items()
            ],
        }
    )
    apply(TESTS)
    token = cloud.issuer.token({"sub": "reader"})

    def asked(operation: Operation, path: str, body: object) -> Answer:
        [security] = operation.told["security"]
        headers = {"Authorization": f"Bearer {token}"} if "token" in security else None
        who = administrator if path.startswith("/admin/") else signer
        return call(operation.method.upper(), path, body, None if headers else who, headers=headers)

    return asked


@pytest.fixture(scope="module")
def revoked(call: Call, administrator: Credentials) -> str:
    """The id of a revocation."""
    body = {"grantId": "nobodys", "kind": "sessions", "reason": "a test"}
    answer = call("POST", "/admin/revocations", body, administrator)
    return str(answer.json["revocation"]["id"])


def staged(ask: Ask, *parts: object) -> str:
    """The id of a document of these parts, of which none has arrived."""
    stage = CONTRACT.operation("POST", "/admin/staged")
    assert stage is not None
    return str(ask(stage, stage.path, in_parts(*parts)).json["id"])


@pytest.fixture
def planned(ask: Ask) -> str:
    """The id of a planned document, which would change nothing."""
    id_ = staged(ask)
    commit = CONTRACT.operation("POST", "/admin/staged/{id}/commit")
    assert commit is not None
    ask(commit, f"/admin/staged/{id_}/commit", {"dryRun": True})
    return id_


@pytest.mark.parametrize(("operation", "body"), BODIES)
def test_an_example_is_answered(operation: Operation, body: object, ask: Ask) -> None:
    path = operation.path
    if path.startswith("/admin/staged/"):
        parts = [body] if "parts" in path else []
        path = path.replace("{id}", staged(ask, *parts)).replace("{number}", "0")
    elif "{id}" in path:
        start = CONTRACT.operation("POST", path.partition("/{id}")[0])
        assert start is not None
        upload = {"target": "s3://hogehoge-bucket/uploads/a", "parts": 2, "expiresIn": 60}
        path = path.replace("{id}", ask(start, start.path, upload).json["uploadId"])
    assert ask(operation, path, body).status == 200


def shared(operation: Operation, ask: Ask) -> str:
    """The id of a share at the same door, or at any for administrators."""
    path = operation.path.partition("/{id}")[0].replace("/admin/", "/iam/")
    start = CONTRACT.operation("POST", path)
    assert start is not None
    body = {"target": "s3://hogehoge-bucket/*", "kind": "download", "expiresIn": 60}
    return str(ask(start, path, body).json["id"])


@pytest.mark.parametrize("operation", GETS, ids=lambda one: one.path)
def test_a_route_that_reads_is_answered_with_its_examples(
    operation: Operation, ask: Ask, logged_vend: str, revoked: str, planned: str
) -> None:
    told = [CONTRACT.resolved(one) for one in operation.told.get("parameters", ())]
    query = urlencode({one["name"]: one["example"] for one in told if "example" in one})
    logged = {"/admin/vends/{id}": logged_vend, "/admin/revocations/{id}": revoked}
    logged |= {f"/admin/staged/{{id}}{more}": planned for more in ("", "/changes")}
    if operation.path.endswith("/shares/{id}"):
        logged[operation.path] = shared(operation, ask)
    path = operation.path.replace("{id}", (ENTRIES | logged).get(operation.path, ""))
    assert ask(operation, f"{path}?{query}" if query else path, None).status == 200
