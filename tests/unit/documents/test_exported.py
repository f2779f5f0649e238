"""What is stored, written by ``s3vend export`` and read again, is what was stored."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some
from pydantic import ValidationError

from s3vend.cli.export.short import DEFAULTS, short_entry
from s3vend.cli.export.written import yaml_lines
from s3vend.cli.grant.document import read
from tests.support.documents import entry
from tests.support.tokens import jwks
from tests.unit.documents.test_document import grant_members
from vending.bodies.body import Body
from vending.bodies.parse import parse
from vending.callers.issuer import ALGORITHMS
from vending.described import DESCRIPTION
from vending.documents.document import ChangesRequest
from vending.documents.grant import GrantBody
from vending.documents.grantee import GranteeBody
from vending.documents.issuer import IssuerBody
from vending.documents.location import LocationBody

NOT_STORED = {"acknowledge"}  # it is about the file
TEXT = some.text(min_size=1, max_size=40) | some.sampled_from(
    ["yes", "1e3", "12:30", "2030-01-01", "--- a", "a: b", "a #b", "&a", "*a", "!!str a", "'", '"']
)
DESCRIBED = {
    "owner": some.sampled_from(["team-data", "on", "1e3", "0", "null", "2026-11-28"]),
    "description": TEXT | some.text("日: #-'\"{}[]", min_size=1, max_size=DESCRIPTION),
}
NAMES = some.from_regex(r"[A-Za-z0-9_][A-Za-z0-9_.:-]{0,20}", fullmatch=True) | some.sampled_from(
    ["on", "y", "1", "null", "a:", "1e3"]
)
CLAIMS = some.dictionaries(
    NAMES, TEXT | some.integers(-(2**53) + 1, 2**53 - 1) | some.booleans(), min_size=1, max_size=3
)
OUTSIDE = some.fixed_dictionaries(
    {"issuer": some.just("https://ci.example.com/a:b")},
    optional={"subject": TEXT, "claims": CLAIMS},
)
GRANTS = some.builds(
    lambda members, more, grantee: members | more | ({"grantee": grantee} if grantee else {}),
    grant_members,
    some.fixed_dictionaries({}, optional=DESCRIBED),
    some.none() | OUTSIDE,
)
LISTED = some.lists(NAMES, min_size=1, max_size=3, unique=True)
ISSUERS = some.fixed_dictionaries(
    {
        "issuer": some.sampled_from(["https://ci.example.com", "https://a.example.com/x/on"]),
        "audience": TEXT | some.lists(TEXT, min_size=1, max_size=3),
        "claims": some.just(["a", "email_verified", {"name": "t", "path": ["app", "on"]}]),
    },
    optional=DESCRIBED
    | {
        "subjectClaim": TEXT,
        "algorithms": some.lists(some.sampled_from(ALGORITHMS), min_size=1, max_size=3),
        "maxTokenLifetime": some.integers(1, 90_000) | some.sampled_from(["2h", "1h", "90s"]),
        "jwks": some.just(jwks()),
        "tenantClaims": some.just(["t"]),
        "tenancy": some.just("own"),
        "callerClaims": some.just(["a", "t"]),
        "audienceClaim": some.just("client_id"),
        "emailVerified": some.just("text"),
    },
)
LOCATIONS = some.fixed_dictionaries(
    {"scope": some.sampled_from(["s3://bkt/*", "s3://1.2e3/*"]), "region": some.just("eu-west-1")},
    optional=DESCRIBED
    | {
        "account": some.from_regex("[0-9]{12}", fullmatch=True),
        "kmsKey": some.just("arn:aws:kms:eu-west-1:123456789012:key/0a1b2c3d"),
        "role": some.just("arn:aws:iam::123456789012:role/a/R"),
        "externalId": some.from_regex("[A-Za-z0-9_+=,.@:/-]{2,20}", fullmatch=True),
        "vpcEndpoint": some.just("vpce-0a1b2c3d"),
    },
)
KINDS: dict[str, tuple[type[Body], Any, Callable[[Any], Any]]] = {
    "grants": (GrantBody, GRANTS, lambda body: body.grant()),
    "issuers": (IssuerBody, ISSUERS, lambda body: body.trusted_issuer()),
    "locations": (LocationBody, LOCATIONS, lambda body: body.location()),
}


def exported(kind: str, members: dict[str, Any], *, is_ascii: bool) -> object:
    """The entry in the file that `export` writes; ``members`` are as the service answers them."""
    lines = yaml_lines({"version": 1, kind: [short_entry(kind, members)]}, is_ascii=is_ascii)
    document = dict(read("".join(f"{line}\n" for line in lines)).members)
    request = parse(ChangesRequest, json.dumps(document))
    _, _, value_of = KINDS[kind]
    (body,) = getattr(request, kind)
    return value_of(body)


@pytest.mark.invariant(19)
@pytest.mark.parametrize("kind", KINDS)
@given(data=some.data(), is_ascii=some.booleans())
@settings(max_examples=200)
def test_an_entry_that_is_exported_and_applied_again_is_the_same(
    kind: str, data: some.DataObject, *, is_ascii: bool
) -> None:
    body, entries, value_of = KINDS[kind]
    members = data.draw(entries)
    try:
        stored = value_of(body.model_validate(members))
    except ValidationError:
        return
    assert exported(kind, stored.as_json(), is_ascii=is_ascii) == stored


@pytest.mark.parametrize("kind", KINDS)
def test_every_member_that_is_stored_is_drawn(kind: str) -> None:
    body, entries, _ = KINDS[kind]
    drawn: set[str] = set()

    @given(entries)
    @settings(max_examples=300, database=None)
    def collect(members: dict[str, Any]) -> None:
        drawn.update(members)

    collect()
    assert drawn == {str(one.alias) for one in body.model_fields.values()} - NOT_STORED


def test_every_member_of_a_grantee_is_drawn() -> None:
    of_grantees = {"iam", "uniqueId", "issuer", "subject", "claims"}
    assert {str(one.alias) for one in GranteeBody.model_fields.values()} == of_grantees


def test_what_export_leaves_out_is_what_the_service_takes_it_for() -> None:
    told = IssuerBody.model_validate(entry()).trusted_issuer().as_json()
    assert told == {**entry(), **DEFAULTS["issuers"]}
    assert short_entry("issuers", told) == entry()
    assert DEFAULTS.keys() == {"issuers"}
