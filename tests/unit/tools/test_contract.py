"""``openapi.yaml`` is current, valid, and has every route, member, code and status."""

import json
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import urlencode

import pytest
from openapi_spec_validator import validate

from local.stack import template
from tests.support.contract import Contract, NotInContract, Operation
from tools import __main__ as generated
from tools.openapi import contract, schemas
from tools.reference import page as reference
from tools.reference.meanings import MEANINGS
from tools.reference.routes import ROUTES
from vending.aws.api.gateway import Request
from vending.aws.api.sts_request import RoleRequest
from vending.bodies.parse import parse
from vending.errors import VendingError
from vending.shares.opening.asked import read_form
from vending.shares.uploading.request import BODIES, read_script
from vending.urls.compact import parse_urls

READ = Contract.read()
# Links answer people, and scripts of their own pages: the tests of shares have them.
LINK = "/s/"
OPERATIONS = [one for one in READ.operations if not one.path.startswith(LINK)]
EXAMPLES = [
    (operation, example["value"])
    for operation in OPERATIONS
    for content in operation.told.get("requestBody", {}).get("content", {}).values()
    for name, example in content["examples"].items()
]
CLOSED = Contract.read(closed=True)
REQUEST = {"target": "s3://bkt/a", "permission": "READ"}
IDENTITY = {"door": "iam", "arn": "arn:aws:iam::123456789012:user/A", "version": "1.10.0"}
PLAIN = {"content-type": "application/json", "cache-control": "no-store"}
REFUSAL = {"content-type": "application/problem+json", "cache-control": "no-store"}


class Given(NamedTuple):
    """An answer."""

    status: int
    headers: dict[str, str]
    json: Any


def problem(status: int, code: str, **more: object) -> dict[str, object]:
    members = {"type": "about:blank", "title": "A", "detail": "B", "requestId": "1"}
    return members | {"status": status, "code": code} | more


def test_the_contract_is_current() -> None:
    assert generated.is_current(contract.PATH, contract.text()), "run make format"


def test_a_contract_that_is_not_current_is_told_with_the_command(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    copy = tmp_path / "openapi.yaml"
    monkeypatch.setattr(generated, "GENERATED", {copy: contract.text})
    assert generated.main(["--check"]) == 1
    assert f"{copy} is not up to date; run 'make format'" in capsys.readouterr().err


def test_the_contract_is_openapi_3_1() -> None:
    assert READ.document["openapi"] == "3.1.0"
    validate(READ.document)


def test_the_contract_has_the_routes_of_the_template_and_no_other() -> None:
    source = template.read(reference.ROOT / "template.yaml")
    declared = {(method.lower(), path) for method, path in contract.routes(source)}
    assert {(one.method, one.path) for one in READ.operations} == declared
    names = [one.told["operationId"] for one in READ.operations]
    assert len(set(names)) == len(names)


def codes(status: str) -> set[str]:
    """The codes that some route answers with this status."""
    found: set[str] = set()
    for name, told in READ.document["components"]["responses"].items():
        if name.startswith(status):
            for kind, content in told["content"].items():
                if kind.startswith("text/html"):
                    continue  # a page for people has no code
                found |= set(content["schema"]["properties"]["code"]["enum"])
    return found


def test_the_contract_has_each_code_with_its_status() -> None:
    source = template.read(reference.ROOT / "template.yaml")
    for error in reference.leaves(VendingError):
        assert error.code in codes(str(error.status))
    for answer in template.gateway_responses(source, {}):
        assert contract.gateway_code(answer) in codes(answer.status)


def test_a_refusal_that_names_no_code_of_ours_is_not_written() -> None:
    known = {error.code for error in reference.leaves(VendingError)} | {"TooManyRequests"}
    for name in READ.document["components"]["responses"]:
        assert set(name.split(".")[1:]) <= known | {"Sdk", "Page"}


@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda one: f"{one.method} {one.path}")
def test_the_reference_lists_the_members_that_the_contract_answers(operation: Operation) -> None:
    [content] = operation.told["responses"]["200"]["content"].values()
    schema = READ.resolved(content["schema"])
    choices = [schema]
    if "properties" not in schema:
        choices = [READ.resolved(one) for one in schema["oneOf"]]
    always = set.intersection(*({*one["required"]} for one in choices))
    every = {name for one in choices for name in one["properties"]}
    told = ROUTES[f"{operation.method.upper()} {operation.path}"][2]
    listed = {name for name in told if not name.endswith("?")}
    listed |= {"urls"} & always  # both forms have it
    assert listed == always
    assert {name.removesuffix("?") for name in told} == every


@pytest.mark.parametrize(("operation", "value"), EXAMPLES, ids=lambda one: str(one)[:60])
def test_an_example_is_taken_by_the_contract_and_by_the_code(
    operation: Operation, value: dict[str, Any]
) -> None:
    [content] = operation.told["requestBody"]["content"].values()
    schema = content["schema"]
    assert READ.faults(schema, value) == []
    if operation.path.startswith("/sts/"):
        form = {"multiValueHeaders": {"Content-Type": [contract.FORM]}, "body": urlencode(value)}
        assert RoleRequest.read(Request(form), traced=True).duration_seconds is None
    elif operation.path.endswith("presigned-urls"):
        assert parse_urls(json.dumps(value))
    else:
        assert parse(contract.MODELS[schema["$ref"].rpartition("/")[2]], json.dumps(value))


def test_what_scripts_of_links_ask_is_taken_by_the_contract_and_by_the_code() -> None:
    operation = READ.operation("POST", "/s/a")
    assert operation
    contents = operation.told["requestBody"]["content"]
    scripts = contents["application/json"]
    assert len(scripts["examples"]) == len(BODIES)
    for example in scripts["examples"].values():
        assert READ.faults(scripts["schema"], example["value"]) == []
        assert read_script(json.dumps(example["value"]))
    for example in contents[contract.FORM]["examples"].values():
        assert read_form(example["value"])


def test_every_body_has_an_example_and_every_path_parameter_a_pattern() -> None:
    bodies = [one for one in OPERATIONS if one.method in ("post", "put")]
    assert {one.path for one in bodies} == {one.path for one, _ in EXAMPLES}
    for one in READ.document["components"]["parameters"].values():
        assert one["in"] == "query" or "pattern" in READ.resolved(one["schema"])


def test_every_schema_is_used() -> None:
    text = json.dumps(READ.document)
    for kind in ("schemas", "parameters", "headers", "responses"):
        for name in READ.document["components"][kind]:
            assert f'"#/components/{kind}/{name}"' in text


@pytest.mark.parametrize(
    ("sentence", "method", "path", "body", "answer"),
    [
        ("an answer", "GET", "/iam/identity", None, Given(200, PLAIN, IDENTITY)),
        ("a refusal", "GET", "/iam/grants?limit=0", None, Given(400, REFUSAL, problem(400, "InvalidRequest"))),
        ("later", "POST", "/iam/credentials", REQUEST, Given(503, REFUSAL | {"retry-after": "2"}, problem(503, "Unavailable"))),
        ("no token", "GET", "/web-identity/grants", None, Given(401, REFUSAL | {"www-authenticate": "Bearer"}, problem(401, "NotAuthenticated", message="B"))),
        ("of an SDK", "GET", "/web-identity/credentials", None, Given(403, PLAIN, {"code": "AccessDenied", "message": "B"})),
        ("no route", "GET", "/iam", None, Given(403, REFUSAL, problem(403, "NotAuthenticated"))),
    ],
)  # fmt: skip
def test_an_answer_of_the_contract_passes(
    sentence: str, method: str, path: str, body: object, answer: Given
) -> None:
    CLOSED.check(method, path, body, answer)


@pytest.mark.parametrize(
    ("sentence", "method", "path", "body", "answer"),
    [
        ("a member more", "GET", "/iam/identity", None, Given(200, PLAIN, IDENTITY | {"x": 1})),
        ("a member less", "GET", "/iam/identity", None, Given(200, PLAIN, {"door": "iam"})),
        ("another door", "GET", "/iam/identity", None, Given(200, PLAIN, IDENTITY | {"door": "admin"})),
        ("kept on the way", "GET", "/iam/identity", None, Given(200, {"content-type": "application/json"}, IDENTITY)),
        ("another type", "GET", "/iam/identity", None, Given(200, REFUSAL, IDENTITY)),
        ("another status", "GET", "/iam/identity", None, Given(204, PLAIN, None)),
        ("a code of another status", "GET", "/iam/grants", None, Given(400, REFUSAL, problem(400, "AccessDenied"))),
        ("a code of another route", "POST", "/admin/changes", {}, Given(403, REFUSAL, problem(403, "PresignOnly"))),
        ("a status that is not its own", "GET", "/iam/grants", None, Given(400, REFUSAL, problem(403, "InvalidRequest"))),
        ("no time to wait", "POST", "/iam/credentials", REQUEST, Given(503, REFUSAL, problem(503, "Unavailable"))),
        ("no word of a token", "GET", "/web-identity/grants", None, Given(401, REFUSAL, problem(401, "NotAuthenticated"))),
        ("a fault of no route", "GET", "/iam", None, Given(500, REFUSAL, problem(500, "InternalError"))),
        ("a query that is not there", "GET", "/iam/identity?x=1", None, Given(200, PLAIN, IDENTITY)),
        ("a limit out of bounds", "GET", "/iam/grants?limit=1001", None, Given(200, PLAIN, {"grants": []})),
        ("a body that is none", "POST", "/iam/explanations", REQUEST | {"x": 1}, Given(200, PLAIN, {})),
    ],
)  # fmt: skip
def test_an_answer_beside_the_contract_does_not(
    sentence: str, method: str, path: str, body: object, answer: Given
) -> None:
    with pytest.raises(NotInContract):
        CLOSED.check(method, path, body, answer)


def test_a_hint_without_a_schema_is_no_contract() -> None:
    with pytest.raises(TypeError, match=r"known\.py"):
        schemas.of(bytes, [])


def test_every_member_is_described() -> None:
    for name in contract.MODELS:
        for told in READ.at(f"#/components/schemas/{name}")["properties"].values():
            assert told["description"] in MEANINGS.values()
