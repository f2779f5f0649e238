"""``tests`` of a document: each is read into its canonical form, or its bad member is named."""

from typing import Any

import pytest

from tests.unit.documents.test_document import refused
from vending.bodies.issuer_fields import CLAIMS
from vending.documents.document import EXPECTATIONS
from vending.documents.expectation import GRANTEES, TARGETS, ExpectationBody
from vending.errors import InternalError

ROLE = "arn:aws:iam::123456789012:role/Payroll"
WEB = {"issuer": "https://login.example.com", "claims": {"tenant_id": "acme"}}
CALLERS: dict[str, Any] = {"id": "a", "as": WEB, "refused": {"READ": "s3://bkt/x/*"}}
APART: dict[str, Any] = {"id": "a", "disjoint": "claim.tenant_id", "within": "s3://bkt/*"}
ONLY: dict[str, Any] = {"id": "a", "scope": "s3://bkt/x/*", "onlyReachedBy": [{"iam": ROLE}]}
KINDS = (
    "give 'as' with 'reaches', 'refused' or both; 'disjoint' with 'within'; or 'scope' with "
    "'onlyReachedBy'"
)


def test_a_test_is_read_into_its_canonical_form() -> None:
    members = CALLERS | {
        "as": {"issuer": WEB["issuer"], "claims": {"b": ["x", 1, True], "a": False}},
        "reaches": {"WRITE": ["s3://bkt/w"], "READ": ["s3://bkt/r", "s3://bkt/q/*", "s3://bkt/r"]},
    }
    assert ExpectationBody.model_validate(members).expectation().as_json() == {
        "id": "a",
        "as": {"issuer": WEB["issuer"], "claims": {"a": False, "b": ["x", 1, True]}},
        "reaches": {"READ": ["s3://bkt/r", "s3://bkt/q/*"], "WRITE": "s3://bkt/w"},
        "refused": {"READ": "s3://bkt/x/*"},
    }
    path = ONLY | {"onlyReachedBy": [{"iam": ROLE.replace("role/", "role/a/path/")}, {"iam": ROLE}]}
    assert ExpectationBody.model_validate(path).expectation().as_json() == ONLY


@pytest.mark.parametrize(
    ("base", "changes", "pointer", "reason"),
    [
        (CALLERS, {"refused": None}, "", KINDS),
        (CALLERS, {"as": None}, "", KINDS),
        (CALLERS, {"within": "s3://bkt/*"}, "", KINDS),
        (CALLERS, {"scope": "s3://bkt/*"}, "", KINDS),
        (APART, {"within": None}, "", KINDS),
        (APART, {"onlyReachedBy": []}, "", KINDS),
        (ONLY, {"scope": None}, "", KINDS),
        (ONLY, {"onlyReachedBy": None}, "", KINDS),
        (ONLY, {"scope": None, "onlyReachedBy": None}, "", KINDS),
        (CALLERS, {"id": None}, "/id", "is required"),
        (CALLERS, {"id": "a b"}, "/id", "must be 1 to 64 letters"),
        (CALLERS, {"owner": "Team"}, "/owner", "must be a name such as team-data"),
        (CALLERS, {"description": "two\nlines"}, "/description", "in one line"),
        (CALLERS, {"acknowledge": {"Nothing": "x"}}, "/acknowledge", "not the code of a warning"),
        (CALLERS, {"reached": {}}, "/reached", "unknown member; did you mean 'reaches'?"),
        (CALLERS, {"as": {}}, "/as", "give either 'iam' or 'issuer'"),
        (CALLERS, {"as": WEB | {"iam": ROLE}}, "/as", "give either 'iam' or 'issuer'"),
        (CALLERS, {"as": {"iam": ROLE, "subject": "x"}}, "/as", "'subject' and 'claims' go with"),
        (CALLERS, {"as": {"iam": ROLE, "claims": {"a": 1}}}, "/as", "'subject' and 'claims' go"),
        (CALLERS, {"as": WEB | {"uniqueId": "AROA2EXAMPLEEXAMPLE1"}}, "/as", "'uniqueId' goes with"),
        (CALLERS, {"as": {"iam": "123456789012", "uniqueId": "AROA2EXAMPLEEXAMPLE1"}}, "/as", "'uniqueId' goes with"),
        (CALLERS, {"as": {"iam": f"{ROLE}*"}}, "/as/iam", "must be the ARN of a role or user"),
        (CALLERS, {"as": WEB | {"claims": {}}}, "/as/claims", "must be an object of 1 to"),
        (CALLERS, {"as": WEB | {"claims": {"a": {"b": 1}}}}, "/as/claims", "a claim's value must be"),
        (CALLERS, {"as": WEB | {"claims": {"a": [["b"]]}}}, "/as/claims", "a claim's value must be"),
        (CALLERS, {"as": WEB | {"claims": {"a": ["x"] * (CLAIMS + 1)}}}, "/as/claims", "a list has at most"),
        (CALLERS, {"refused": {}}, "/refused", "give 'READ', 'WRITE' or both"),
        (CALLERS, {"refused": {"READWRITE": "s3://bkt/*"}}, "/refused", "give 'READ' and 'WRITE' apart"),
        (CALLERS, {"refused": "s3://bkt/*"}, "/refused", "such as {READ: s3://bucket/prefix/*}"),
        (CALLERS, {"as": ROLE}, "/as", "must be an object, such as {iam: ARN}"),
        (CALLERS, {"refused": {"read": "s3://bkt/*"}}, "/refused/read", "unknown member"),
        (CALLERS, {"refused": {"READ": []}}, "/refused/READ", "or a list of 1 to 20"),
        (CALLERS, {"refused": {"READ": ["s3://bkt/x"] * (TARGETS + 1)}}, "/refused/READ", "or a list of 1 to 20"),
        (CALLERS, {"refused": {"READ": "s3://bkt/x*"}}, "/refused/READ", "a prefix must end with '/*'"),
        (CALLERS, {"refused": {"READ": "s3://bkt/x/"}}, "/refused/READ", "for all keys below it, write s3://bkt/x/*"),
        (CALLERS, {"refused": {"READ": "bkt/x"}}, "/refused/READ", "must start with 's3://'"),
        (CALLERS, {"refused": {"READ": "s3://bkt/${claim.a}/*"}}, "/refused/READ", "has a variable"),
        (CALLERS, {"refused": {"READ": {"bucket": "bkt", "key": "x"}}}, "/refused/READ", "must be text"),
        (APART, {"disjoint": "tenant_id"}, "/disjoint", "must be claim.NAME, or one of caller.name"),
        (APART, {"disjoint": "claim.a:path"}, "/disjoint", "must be claim.NAME"),
        (APART, {"disjoint": "${claim.a}"}, "/disjoint", "must be claim.NAME"),
        (APART, {"disjoint": "claim."}, "/disjoint", "must be claim.NAME"),
        (APART, {"within": "s3://bkt/${claim.tenant_id}/*"}, "/within", "has a variable"),
        (ONLY, {"scope": "s3://bkt/${caller.name}/*"}, "/scope", "has a variable"),
        (ONLY, {"onlyReachedBy": {"iam": ROLE}}, "/onlyReachedBy", "must be a list"),
        (ONLY, {"onlyReachedBy": [{"iam": ROLE}] * (GRANTEES + 1)}, "/onlyReachedBy", "must have 0 to 50 entries"),
        (ONLY, {"onlyReachedBy": [{"issuer": WEB["issuer"]}]}, "/onlyReachedBy/0", "'issuer' needs 'subject', 'claims' or both"),
    ],
)  # fmt: skip
def test_a_bad_member_of_a_test_is_named(
    base: dict[str, Any], changes: dict[str, Any], pointer: str, reason: str
) -> None:
    left_out = {name for name, value in changes.items() if value is None}
    members = {name: one for name, one in (base | changes).items() if name not in left_out}
    found = refused({"version": 1, "tests": [members]})
    assert found.keys() == {f"/tests/0{pointer}"}
    assert reason in found[f"/tests/0{pointer}"]


def test_a_document_has_only_so_many_tests() -> None:
    found = refused({"version": 1, "tests": [APART] * (EXPECTATIONS + 1)})
    assert found == {"/tests": f"must have 0 to {EXPECTATIONS} entries, not {EXPECTATIONS + 1}"}


@pytest.mark.parametrize("text", ["", "[]", '{"id": "a"}', '{"id": "a", "as": {"iam": "x"}}'])
def test_a_damaged_item_is_an_error_of_the_service(text: str) -> None:
    with pytest.raises(InternalError):
        ExpectationBody.stored_expectation(text)
