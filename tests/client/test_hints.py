"""Each refusal has the hint that helps its reader."""

from pathlib import Path

import pytest
import yaml

from s3vend.hints import HINTS
from s3vend.problem import Fault, Problem
from s3vend.service.refusals import refusal

CONTRACT = Path(__file__).parents[2] / "openapi.yaml"
GRANT = "Ask the service's operator for a grant"
AT = "at https://vend.example.com/v1"


def codes(node: object) -> "set[str]":
    """Every code that an answer of the contract may have."""
    if isinstance(node, list):
        return set().union(*map(codes, node))
    if not isinstance(node, dict):
        return set()
    own = node.get("code")
    listed = set(own["enum"]) if isinstance(own, dict) and "enum" in own else set()
    return listed.union(*map(codes, node.values()))


def said(code: str, *faults: str, asked: str = "POST /iam/credentials", status: int = 403) -> str:
    pointed = tuple(Fault(pointer, "is wrong") for pointer in faults)
    problem = Problem(status, code, "No.", "r-1", pointed)
    return str(refusal(f"{asked} {AT}", problem))


def test_every_code_of_the_contract_has_a_hint_or_deliberately_none() -> None:
    responses = yaml.safe_load(CONTRACT.read_text())["components"]["responses"]
    assert codes(responses) == set(HINTS)


def test_a_refusal_without_a_grant_says_where_grants_are_listed() -> None:
    assert "s3vend ls lists your grants" in said("AccessDenied", "/target")
    assert "s3vend ls lists your grants" not in said("AccessDenied", "/saveAs")


@pytest.mark.parametrize(
    ("asked", "policy"),
    [("GET /iam/grants", "callers policy"), ("POST /admin/changes", "administrators policy")],
)
def test_a_refusal_of_iam_names_the_policy_and_the_address(asked: str, policy: str) -> None:
    text = said("AccessDeniedException", asked=asked)
    assert policy in text
    assert "the service's address (S3VEND_URL), with its stage" in text
    assert "S3VEND_URL" not in said("NotAuthenticated", asked=asked)
    assert ("Tokens cannot be used here." in text) is ("/admin/" in asked)


def test_a_refusal_without_a_grant_says_whom_to_ask() -> None:
    assert GRANT in said("AccessDenied", "/target")
    assert GRANT in said("AccessDenied", "/requests/12/target")
    assert GRANT in said("AccessDenied", "/targets/0")
    assert GRANT in said("AccessDenied", "/keys/3")
    assert GRANT in said("AccessDenied")
    assert said("AccessDenied", "7"), "not a pointer"


@pytest.mark.invariant(19)
@pytest.mark.parametrize(
    ("code", "hint"),
    [
        ("Blocked", "s3vend revoke lift"),
        ("PresignOnly", "s3vend cp and s3vend url"),
        ("TooManyClaims", "issuer"),
        ("RoleRefused", "trying again does not help"),
        ("NoProblem", "S3VEND_URL"),
    ],
)
def test_whom_a_grant_does_not_help_is_not_told_to_ask_for_one(code: str, hint: str) -> None:
    assert GRANT not in said(code)
    assert hint in said(code)


def test_who_is_no_administrator_is_told_so() -> None:
    for asked in ("GET /admin/audit", "POST /admin/changes", "DELETE /admin/revocations/x"):
        text = said("NotAuthenticated", asked=asked)
        assert "This is for administrators" in text
        assert "audience" not in text
        assert "administrators policy" in said("AccessDeniedException", asked=asked)  # a bare one
    assert "administrators" not in said("NotAuthenticated")


def test_who_is_not_known_is_told_what_the_door_asks_for() -> None:
    signed = said("NotAuthenticated", asked="POST /iam/credentials")
    assert "AWS_PROFILE" in signed
    assert "audience" not in signed
    token = said("NotAuthenticated", asked="GET /web-identity/grants", status=401)
    assert "audience" in token
    assert "AWS_PROFILE" not in token
    for text in (signed, token, said("NotAuthenticated", asked="GET /x")):
        assert "Check that this is the identity you want" in text


def test_a_member_that_the_grant_does_not_allow_is_not_a_missing_grant() -> None:
    for pointer in ("/requests/0/versionId", "/responseContentType"):
        text = said("AccessDenied", pointer)
        assert GRANT not in text
        assert "Leave this member out" in text


@pytest.mark.parametrize("code", [code for code, hint in HINTS.items() if hint is None])
def test_where_the_detail_says_what_to_do_nothing_is_added(code: str) -> None:
    assert said(code, status=400).splitlines() == [
        "No.",
        f"  POST /iam/credentials {AT}: 400 {code}",
        "  requestId: r-1",
    ]


@pytest.mark.parametrize("route", ["/iam/shares", "/web-identity/shares", "/web-identity/shares/x"])
def test_a_refusal_of_a_link_says_what_a_link_needs(route: str) -> None:
    assert "sharing: true" in said("AccessDenied", "/target", asked=f"POST {route}")
    assert "parameter Sharing" in said("NotAuthenticated", asked=f"POST {route}")
    other = route.replace("shares", "shares-of-stock")
    assert "haring" not in said("AccessDenied", "/target", asked=f"POST {other}")
    assert "haring" not in said("NotAuthenticated", asked=f"POST {other}")


def test_a_code_that_the_client_does_not_know_gets_a_hint_by_its_status() -> None:
    assert "Send fewer requests" in said("Later", status=429)
    assert "S3VEND_URL" in said("Later", status=404)
    assert "the service's operator" in said("Later", status=418)
