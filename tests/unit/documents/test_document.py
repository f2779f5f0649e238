"""``vending.yaml``: each entry is read into its canonical form, or its bad member is named."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from tests.support.documents import document, entry, faults
from tests.support.tokens import AUDIENCE, ISSUER, jwk, jwks, rsa_key
from vending.bodies.issuer_fields import CLAIMS, ISSUER_CHARACTERS
from vending.bodies.parse import parse
from vending.bodies.token_fields import AUDIENCES, DEPTH, JWKS_BYTES, LONGEST_LIFETIME
from vending.callers.grantee_keys import VALUE_BYTES
from vending.callers.issuer import ALGORITHMS, Claim, Issuer
from vending.catalogue.batches import encode
from vending.documents.document import ChangesRequest
from vending.documents.grant import GrantBody
from vending.documents.grantee import GranteeBody
from vending.documents.issuer import IssuerBody
from vending.documents.location import LocationBody
from vending.errors import InvalidRequest
from vending.grants.grant import USUAL_HEADERS, Permission
from vending.grants.grantee import WebGrantee

GRANT = {
    "id": "readers",
    "grantee": {"iam": "arn:aws:iam::123456789012:role/path/Reader"},
    "scope": "s3://bkt/reports/*",
    "permission": "READ",
}
LOCATION = {"scope": "s3://bkt/*", "region": "ap-northeast-1"}


def refused(members: object) -> dict[str, str]:
    """What is wrong with a document, by its pointer."""
    with pytest.raises(InvalidRequest) as error:
        parse(ChangesRequest, json.dumps(members))
    return {fault.pointer: fault.detail for fault in error.value.faults}


def test_a_name_under_an_accounts_grant_comes_with_its_kind() -> None:
    members = GRANT | {"grantee": {"iam": "123456789012"}}
    scope = "s3://bkt/${caller.kind}/${caller.name}/*"
    assert GrantBody.model_validate(members | {"scope": scope}).grant()


def test_a_grant_is_read_into_its_canonical_form() -> None:
    members = GRANT | {
        "maxDuration": "15m",
        "expires": "2027-01-01T09:00:00+09:00",
        "sourceIp": ["192.0.2.0/24", "2001:db8::/32"],
    }
    granted = GrantBody.model_validate(members).grant()
    assert granted.max_duration == 900
    assert granted.expires == datetime(2027, 1, 1, tzinfo=UTC)
    canonical = granted.as_json()
    assert canonical["grantee"] == {"iam": "arn:aws:iam::123456789012:role/Reader"}
    assert GrantBody.model_validate(canonical).grant() == granted


grant_members = st.fixed_dictionaries(
    {
        "id": st.from_regex("[A-Za-z0-9][A-Za-z0-9._-]{0,63}", fullmatch=True),
        "grantee": st.sampled_from(
            [
                {"iam": "arn:aws-cn:iam::123456789012:user/a/b/Alice"},
                {"iam": "123456789012"},
                {"iam": "arn:aws:iam::123456789012:role/R", "uniqueId": "AROA2EXAMPLEEXAMPLE1"},
            ]
        ),
        "scope": st.sampled_from(
            ["s3://bkt/*", "s3://bkt/${caller.account}/日本/*", "s3://bkt/a$b"]
        ),
        "permission": st.sampled_from([one.value for one in Permission]),
    },
    optional={
        "maxDuration": st.integers(1, 3600) | st.sampled_from(["15m", "1h", "30s"]),
        "expires": st.datetimes(datetime(1999, 12, 31), datetime(9999, 1, 1)).map(  # noqa: DTZ001
            lambda time: time.isoformat() + "+09:00"
        ),
        "sourceIp": st.just("caller") | st.just(["192.0.2.0/24", "2001:DB8::/32"]),
        "vpcEndpoint": st.just("vpce-0a1b2c3d"),
        "maxObjectSize": st.integers(1, 10**13) | st.sampled_from(["1B", "100MiB", "5TiB"]),
        "contentTypes": st.lists(st.sampled_from(["image/*", "Text/CSV"]), min_size=1),
        "activeContent": st.booleans(),
        "versions": st.booleans(),
        "objectHeaders": st.lists(
            st.sampled_from(
                [*USUAL_HEADERS, "cacheControl", "metadata", "storageClass"],
            )
        ),
        "tagging": st.booleans(),
        "storageClasses": st.lists(st.sampled_from(["GLACIER", "STANDARD_IA", "glacier"])),
        "redirects": st.lists(st.sampled_from(["https://a.example.com", "https://b:8443"])),
        "rateLimit": st.dictionaries(st.sampled_from(["requests", "urls"]), st.integers(0, 70_000)),
        "sharing": st.booleans(),
        "maxShare": st.integers(0, 8_000_000) | st.sampled_from(["30m", "12h", "7d", "91d"]),
        "ownerSeen": st.integers(0, 8_000_000) | st.sampled_from(["30m", "12h", "7d", "91d"]),
    },
)


@given(grant_members)
def test_every_grant_that_is_accepted_is_stored_and_read_back_the_same(
    members: dict[str, Any],
) -> None:
    try:
        granted = GrantBody.model_validate(members).grant()
    except ValidationError:
        return
    document = json.dumps(granted.as_json())
    assert GrantBody.model_validate(json.loads(document)).grant() == granted


@pytest.mark.parametrize(
    ("text", "seconds"), [("15m", 900), ("1h", 3600), ("30s", 30), (900, 900), (1, 1)]
)
def test_a_duration_is_text_with_its_unit_or_seconds(text: object, seconds: int) -> None:
    assert GrantBody.model_validate(GRANT | {"maxDuration": text}).max_duration == seconds


@pytest.mark.parametrize(
    ("changes", "pointer"),
    [
        ({"id": "a b"}, "/grants/0/id"),
        ({"sharing": "true"}, "/grants/0/sharing"),
        ({"maxShare": "7d"}, "/grants/0"),
        ({"ownerSeen": "7d"}, "/grants/0"),
        ({"sharing": False, "maxShare": "7d"}, "/grants/0"),
        ({"sharing": True, "maxShare": "59s"}, "/grants/0/maxShare"),
        ({"sharing": True, "maxShare": "91d"}, "/grants/0/maxShare"),
        ({"sharing": True, "maxShare": "1w"}, "/grants/0/maxShare"),
        ({"sharing": True, "maxShare": "07d"}, "/grants/0/maxShare"),
        ({"sharing": True, "ownerSeen": "59m"}, "/grants/0/ownerSeen"),
        ({"sharing": True, "ownerSeen": "91d"}, "/grants/0/ownerSeen"),
        ({"sharing": True, "vpcEndpoint": "vpce-0a1b2c3d"}, "/grants/0"),
        (
            {
                "sharing": True,
                "ownerSeen": "31d",
                "grantee": {"issuer": "https://a.example.com", "claims": {"a": "b"}},
            },
            "/grants/0",
        ),
        (
            {
                "sharing": True,
                "ownerSeen": "31d",
                "grantee": {"issuer": "https://a.example.com", "subject": "a"},
                "scope": "s3://bkt/${claim.tenant}/*",
            },
            "/grants/0",
        ),
        ({"id": ""}, "/grants/0/id"),
        ({"id": "a" * 65}, "/grants/0/id"),
        ({"id": "a\n"}, "/grants/0/id"),
        ({"scope": "s3://bkt/tenant1*"}, "/grants/0/scope"),
        ({"scope": "s3://${caller.name}/*"}, "/grants/0/scope"),
        ({"scope": "s3://bkt/x-${caller.name}/*"}, "/grants/0/scope"),
        ({"scope": {"bucket": "bkt", "key": "a"}}, "/grants/0/scope"),
        ({"permission": "FULL_CONTROL"}, "/grants/0/permission"),
        ({"grantee": "arn:aws:iam::123456789012:role/Reader"}, "/grants/0/grantee"),
        ({"grantee": {"iam": "*"}}, "/grants/0/grantee/iam"),
        ({"grantee": {"iam": "arn:aws:iam::123456789012:root"}}, "/grants/0/grantee/iam"),
        ({"grantee": {"iam": 123456789012}}, "/grants/0/grantee/iam"),
        ({"scope": "s3://bkt/reports/"}, "/grants/0/scope"),
        ({"grantee": {"iam": "arn:aws:iam::123456789012:role/*"}}, "/grants/0/grantee/iam"),
        (
            {"grantee": {"iam": "arn:aws:sts::123456789012:assumed-role/R/s"}},
            "/grants/0/grantee/iam",
        ),
        (
            {"grantee": {"iam": "123456789012", "uniqueId": "AIDA2EXAMPLEEXAMPLE1"}},
            "/grants/0/grantee",
        ),
        ({"grantee": GRANT["grantee"] | {"uniqueId": "AIDA2EXAMPLEEXAMPLE1"}}, "/grants/0/grantee"),  # type: ignore[operator]
        ({"grantee": {"issuer": "https://x"}}, "/grants/0/grantee"),
        ({"maxDuration": 0}, "/grants/0/maxDuration"),
        ({"maxDuration": 3601}, "/grants/0/maxDuration"),
        ({"maxDuration": "2h"}, "/grants/0/maxDuration"),
        ({"maxDuration": "15 m"}, "/grants/0/maxDuration"),
        ({"maxDuration": "PT15M"}, "/grants/0/maxDuration"),
        ({"maxDuration": 1.5}, "/grants/0/maxDuration"),
        ({"expires": "2027-01-01T00:00:00"}, "/grants/0/expires"),
        ({"expires": "tomorrow"}, "/grants/0/expires"),
        ({"expires": "0999-12-31T00:00:00Z"}, "/grants/0/expires"),
        ({"expires": "0001-01-01T00:00:00+14:00"}, "/grants/0/expires"),
        ({"expires": "9999-12-31T23:59:59-14:00"}, "/grants/0/expires"),
        ({"expires": "2027-01-01T00:00:00.5Z"}, "/grants/0/expires"),
        ({"expires": 1798761600}, "/grants/0/expires"),
        ({"sourceIp": "192.0.2.7"}, "/grants/0/sourceIp"),
        ({"sourceIp": []}, "/grants/0/sourceIp"),
        ({"sourceIp": ["192.0.2.7/24"]}, "/grants/0/sourceIp"),
        ({"sourceIp": [3221225991]}, "/grants/0/sourceIp"),
        ({"sourceIp": ["fe80::1%eth0"]}, "/grants/0/sourceIp"),
        ({"sourceIp": ["192.0.2.0/24"] * 21}, "/grants/0/sourceIp"),
        ({"grantee": {"iam": "123456789012"}, "scope": "s3://bkt/${caller.name}/*"}, "/grants/0"),
        ({"vpcEndpoint": "vpce-*"}, "/grants/0/vpcEndpoint"),
        ({"maxObjectSize": "100MB"}, "/grants/0/maxObjectSize"),
        ({"maxObjectSize": 0}, "/grants/0/maxObjectSize"),
        ({"sourceIp": "caller", "vpcEndpoint": "vpce-0a1b2c3d"}, "/grants/0"),
        ({"contentTypes": ["image"]}, "/grants/0/contentTypes"),
        ({"contentTypes": []}, "/grants/0/contentTypes"),
        ({"versions": 1}, "/grants/0/versions"),
        ({"activeContent": "yes"}, "/grants/0/activeContent"),
        ({"permission": "READ", "maxObjectSize": 1}, "/grants/0"),
        ({"rateLimit": {}}, "/grants/0/rateLimit"),
        ({"rateLimit": 10}, "/grants/0/rateLimit"),
        ({"rateLimit": {"requests": 0}}, "/grants/0/rateLimit/requests"),
        ({"rateLimit": {"requests": 60_001}}, "/grants/0/rateLimit/requests"),
        ({"rateLimit": {"requests": "10"}}, "/grants/0/rateLimit/requests"),
        ({"rateLimit": {"urls": True}}, "/grants/0/rateLimit/urls"),
        ({"rateLimit": {"urls": 600_000_001}}, "/grants/0/rateLimit/urls"),
        ({"rateLimit": {"urls": 1, "minutes": 5}}, "/grants/0/rateLimit/minutes"),
        ({"permission": "READ", "objectHeaders": []}, "/grants/0"),
        ({"permission": "READ", "storageClasses": ["GLACIER"]}, "/grants/0"),
        ({"permission": "READ", "redirects": ["https://a.example.com"]}, "/grants/0"),
        ({"objectHeaders": ["acl"]}, "/grants/0/objectHeaders/0"),
        ({"objectHeaders": ["websiteRedirectLocation"]}, "/grants/0/objectHeaders/0"),
        ({"objectHeaders": ["metadata"] * 6}, "/grants/0/objectHeaders"),
        ({"storageClasses": []}, "/grants/0/storageClasses"),
        ({"storageClasses": ["OUTPOSTS"]}, "/grants/0/storageClasses/0"),
        ({"redirects": []}, "/grants/0/redirects"),
        *(
            ({"redirects": [origin]}, "/grants/0/redirects/0")
            for origin in (
                *("http://a.example.com", "https://a.example.com/", "https://A.example.com"),
                *("https://*.example.com", "https://u@a.example.com", "https://a:0", "//a", ""),
            )
        ),
        ({"permission": "READ", "contentTypes": ["image/*"]}, "/grants/0"),
        ({"permission": "WRITE", "versions": True}, "/grants/0"),
        ({"permission": "WRITE", "activeContent": True}, "/grants/0"),
    ],
)
def test_a_bad_member_of_a_grant_is_named(changes: dict[str, object], pointer: str) -> None:
    found = refused({"version": 1, "grants": [GRANT | changes]})
    assert pointer in found


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        (
            {"grantee": {"iam": "arn:aws:sts::123456789012:assumed-role/R/me@example.com"}},
            "is the ARN of a session; write its role, arn:aws:iam::123456789012:role/R",
        ),
        ({"acknowledge": {"AnyAdress": "meant"}}, "'AnyAdress' is not the code of a warning; use"),
    ],
)
def test_a_fault_of_a_grant_says_what_to_write(changes: dict[str, object], said: str) -> None:
    with pytest.raises(InvalidRequest) as raised:
        parse(ChangesRequest, json.dumps({"version": 1, "grants": [GRANT | changes]}))
    (fault,) = raised.value.faults
    assert fault.detail.startswith(said)


@pytest.mark.parametrize(
    ("changes", "pointer"),
    [
        ({"scope": "s3://bkt/prefix/*"}, "/locations/0/scope"),
        ({"scope": "s3://bkt/key"}, "/locations/0/scope"),
        ({"region": "tokyo"}, "/locations/0/region"),
        ({"region": "us--east-1"}, "/locations/0/region"),
        ({"kmsKey": "arn:aws:kms:us-east-1:123456789012:key/0a1b"}, "/locations/0"),
        ({"region": "ap-northeast-1\n"}, "/locations/0/region"),
        ({"account": 123456789012}, "/locations/0/account"),
        ({"kmsKey": "alias/key"}, "/locations/0/kmsKey"),
        ({"role": "Partner"}, "/locations/0/role"),
        ({"role": "arn:aws:iam::999999999999:role/*"}, "/locations/0/role"),
        ({"role": "arn:aws:iam::999999999999:user/Partner"}, "/locations/0/role"),
        ({"role": ["arn:aws:iam::999999999999:role/Partner"]}, "/locations/0/role"),
        ({"externalId": "s3vend-1"}, "/locations/0"),
        (
            {"role": "arn:aws:iam::999999999999:role/P", "externalId": "x"},
            "/locations/0/externalId",
        ),
        ({"vpcEndpoint": "vpce-"}, "/locations/0/vpcEndpoint"),
        ({"kmsKey": "arn:aws:kms:ap-northeast-1:123456789012:key/*"}, "/locations/0/kmsKey"),
    ],
)
def test_a_bad_member_of_a_location_is_named(changes: dict[str, object], pointer: str) -> None:
    found = refused({"version": 1, "locations": [LOCATION | changes]})
    assert found.keys() == {pointer}


def test_a_location_is_read_into_its_canonical_form() -> None:
    key = "arn:aws:kms:ap-northeast-1:123456789012:key/0a1b2c3d"
    members = LOCATION | {"account": "999999999999", "kmsKey": key, "vpcEndpoint": "vpce-0a1b2c3d"}
    members |= {"role": "arn:aws:iam::999999999999:role/team/Partner", "externalId": "s3vend:1"}
    assert LocationBody.model_validate(members).location().as_json() == members
    assert LocationBody.model_validate(LOCATION).location().as_json() == LOCATION


@pytest.mark.parametrize(
    ("members", "pointer"),
    [
        ({}, "/version"),
        ({"version": 2}, "/version"),
        ({"version": "1"}, "/version"),
        ({"version": True}, "/version"),
        ({"version": 1.0}, "/version"),
        ({"version": 1, "revision": -1}, "/revision"),
        ({"version": 1, "dryRun": "yes"}, "/dryRun"),
        ({"version": 1, "prune": 1}, "/prune"),
        ({"version": 1, "administrators": []}, "/administrators"),
    ],
)
def test_a_bad_member_of_a_document_is_named(members: dict[str, object], pointer: str) -> None:
    assert refused(members).keys() == {pointer}


def issued(**members: object) -> Issuer:
    """The issuer that an entry is read into."""
    return IssuerBody.model_validate(entry(**members)).trusted_issuer()  # type: ignore[arg-type]


def test_an_issuer_is_read_with_what_is_usual_filled_in() -> None:
    assert issued() == Issuer(
        url=ISSUER,
        audience=(AUDIENCE,),
        subject_claim="sub",
        claims=(),
        algorithms=("RS256",),
        max_token_lifetime=3600,
        jwks=None,
    )


def test_an_issuer_is_read_with_all_that_it_says() -> None:
    assert issued(
        audience=["a", "b"],
        subjectClaim="https://example.com/id",
        claims=["tenant", {"name": "roles", "path": ["realm_access", "roles"]}],
        algorithms=["ES256", "EdDSA"],
        maxTokenLifetime="24h",
        jwks=json.loads(jwks()),
    ) == Issuer(
        url=ISSUER,
        audience=("a", "b"),
        subject_claim="https://example.com/id",
        claims=(Claim("tenant", ("tenant",)), Claim("roles", ("realm_access", "roles"))),
        algorithms=("ES256", "EdDSA"),
        max_token_lifetime=86_400,
        jwks=json.dumps(json.loads(jwks()), separators=(",", ":"), sort_keys=True),
    )


PINNED = {"jwks": {"keys": [jwk(rsa_key())]}}
LONG = "https://" + "a" * (ISSUER_CHARACTERS - 12) + ".com"


@pytest.mark.parametrize(
    ("url", "members"),
    [
        ("https://accounts.google.com", {}),
        ("https://login.example.com/", {}),
        ("https://login.example.com:8443/a/b_c-d.e:f=g", {}),
        ("https://login.microsoftonline.com/9188040d-6c67-4c5b-b112-36a304b66dad/v2.0", {}),
        ("https://cognito-idp.ap-northeast-1.amazonaws.com/ap-northeast-1_Abc123", {}),
        ("https://oidc.eks.ap-northeast-1.amazonaws.com/id/0A1B2C3D4E5F", {}),
        (LONG, {}),
        ("https://kubernetes.default.svc", PINNED),
        ("https://kubernetes.default.svc.cluster.local", PINNED),
        ("https://192.0.2.7", PINNED),
        ("https://login.internal", PINNED),
        ("https://login", PINNED),
        ("http://127.0.0.1:8080", {}),
        ("http://127.0.0.1:8080/realms/a", {}),
        ("http://adfs.example.com/adfs/services/trust", PINNED),
        ("http://adfs.corp.internal/adfs/services/trust", PINNED),
        ("http://192.0.2.7:8080", PINNED),
    ],
)
def test_an_issuer_is_a_url_that_tokens_write(url: str, members: dict[str, object]) -> None:
    assert document(issuers=[entry(url, **members)])


@pytest.mark.parametrize(
    "url",
    [
        "https://kubernetes.default.svc",
        "https://kubernetes.default.svc.cluster.local",
        "https://kubernetes.default.svc:443",
        "https://192.0.2.7",
        "https://192.0.2.7:8443/issuer",
        "https://127.0.0.1",
        "https://10.0.0.1",
        "https://169.254.169.254",
        "https://2130706433",
        "https://0x7f.1",
        "https://127.1",
        "https://localhost",
        "https://login",
        "https://login.localhost",
        "https://login.internal",
        "https://metadata.google.internal",
        "https://login.local",
        "https://login.home.arpa",
        "https://login.test",
    ],
)
def test_an_issuer_in_a_private_network_needs_pinned_keys(url: str) -> None:
    found = refused({"version": 1, "issuers": [entry(), entry(url)]})
    assert found.keys() == {"/issuers/1"}
    assert "pin them in 'jwks'" in found["/issuers/1"]
    assert faults(issuers=[entry(), entry(url, **PINNED)]) == {}


# fmt: off
BAD_MEMBERS: list[tuple[dict[str, object], str, str]] = [
    ({"issuer": "http://login.example.com"}, "issuer", "https://host"),
    ({"issuer": "http://localhost:8080"}, "issuer", "https://host"),
    ({"issuer": "http://127.0.0.1"}, "issuer", "https://host"),
    ({"issuer": "http://127.0.0.2:8080"}, "issuer", "https://host"),
    ({"issuer": "http://127.0.0.1:8080@evil.example.com"}, "issuer", "https://host"),
    ({"issuer": "http://[::1]:8080"}, "issuer", "https://host"),
    ({"issuer": "http://adfs.example.com/adfs/services/trust"}, "issuer", "pin its keys in 'jwks'"),
    ({"issuer": "http://adfs.corp.internal/trust"}, "issuer", "pin its keys in 'jwks'"),
    ({"issuer": "HTTP://adfs.example.com", **PINNED}, "issuer", "https://host"),
    ({"issuer": "http://user@adfs.example.com", **PINNED}, "issuer", "https://host"),
    ({"issuer": "ftp://adfs.example.com", **PINNED}, "issuer", "https://host"),
    ({"issuer": "https://[2001:db8::1]"}, "issuer", "https://host"),
    ({"issuer": "accounts.google.com"}, "issuer", "https://host"),
    ({"issuer": "HTTPS://login.example.com"}, "issuer", "https://host"),
    ({"issuer": "https://Login.example.com"}, "issuer", "https://host"),
    ({"issuer": "https://login.example.com?x=1"}, "issuer", "https://host"),
    ({"issuer": "https://login.example.com/#x"}, "issuer", "https://host"),
    ({"issuer": "https://login.example.com/a b"}, "issuer", "https://host"),
    ({"issuer": "https://login.example.com/%2e"}, "issuer", "https://host"),
    ({"issuer": "https://login.example.com/~a"}, "issuer", "https://host"),
    ({"issuer": "https://user@login.example.com"}, "issuer", "https://host"),
    ({"issuer": "https://login.example.com\n"}, "issuer", "https://host"),
    ({"issuer": "https://login.example.com/*"}, "issuer", "https://host"),
    ({"issuer": "https://*.example.com"}, "issuer", "https://host"),
    ({"issuer": "https://exämple.com"}, "issuer", "https://host"),
    ({"issuer": "https://-login.example.com"}, "issuer", "https://host"),
    ({"issuer": "https://"}, "issuer", "https://host"),
    ({"issuer": ""}, "issuer", "https://host"),
    ({"issuer": f"{LONG}m"}, "issuer", "200"),
    ({"issuer": 7}, "issuer", "text"),
    ({"audience": []}, "audience", "1 to 10"),
    ({"audience": ["a"] * (AUDIENCES + 1)}, "audience", "1 to 10"),
    ({"audience": ""}, "audience", "1 to 512"),
    ({"audience": ["a", ""]}, "audience", "1 to 512"),
    ({"audience": "a\n"}, "audience", "control"),
    ({"audience": "a" * (VALUE_BYTES + 1)}, "audience", "1 to 512"),
    ({"audience": 7}, "audience", "text"),
    ({"audience": {"a": "b"}}, "audience", "text"),
    ({"subjectClaim": ""}, "subjectClaim", "1 to 512"),
    ({"subjectClaim": ["sub"]}, "subjectClaim", "text"),
    ({"claims": "tenant"}, "claims", "list"),
    ({"claims": {"tenant": "acme"}}, "claims", "list"),
    ({"claims": [f"c{n}" for n in range(CLAIMS + 1)]}, "claims", "at most 50"),
    ({"claims": ["a", "a"]}, "claims", "two claims have the same name"),
    ({"claims": ["a", {"name": "a", "path": ["b"]}]}, "claims", "two claims have the same name"),
    ({"claims": [""]}, "claims", "1 to 64"),
    ({"claims": ["a" * 65]}, "claims", "1 to 64"),
    ({"claims": ["a/b"]}, "claims", "{name: …, path: [member, …]}"),
    ({"claims": ["a:path"]}, "claims", "1 to 64"),
    ({"claims": ["a}"]}, "claims", "1 to 64"),
    ({"claims": ["a\n"]}, "claims", "1 to 64"),
    ({"claims": ["é"]}, "claims", "1 to 64"),
    ({"claims": [7]}, "claims", "text"),
    ({"claims": [["a"]]}, "claims", "text"),
    ({"claims": [{"name": "a"}]}, "claims", "{name, path}"),
    ({"claims": [{"path": ["a"]}]}, "claims", "{name, path}"),
    ({"claims": [{"name": "a", "path": []}]}, "claims", "1 to 5"),
    ({"claims": [{"name": "a", "path": ["b"] * (DEPTH + 1)}]}, "claims", "1 to 5"),
    ({"claims": [{"name": "a", "path": "b"}]}, "claims", "1 to 5"),
    ({"claims": [{"name": "a", "path": [7]}]}, "claims", "text"),
    ({"claims": [{"name": "a", "path": ["b"], "as": "c"}]}, "claims", "{name, path}"),
    ({"claims": [{"name": "a/b", "path": ["b"]}]}, "claims", "1 to 64"),
    ({"algorithms": []}, "algorithms", "RS256"),
    ({"algorithms": "RS256"}, "algorithms", "RS256"),
    ({"algorithms": ["HS256"]}, "algorithms", "RS256"),
    ({"algorithms": ["RS256", "HS512"]}, "algorithms", "RS256"),
    ({"algorithms": ["none"]}, "algorithms", "RS256"),
    ({"algorithms": ["None"]}, "algorithms", "RS256"),
    ({"algorithms": ["rs256"]}, "algorithms", "RS256"),
    ({"algorithms": ["ES256K"]}, "algorithms", "RS256"),
    ({"algorithms": [7]}, "algorithms", "RS256"),
    ({"algorithms": [["RS256"]]}, "algorithms", "RS256"),
    ({"maxTokenLifetime": 0}, "maxTokenLifetime", ""),
    ({"maxTokenLifetime": LONGEST_LIFETIME + 1}, "maxTokenLifetime", ""),
    ({"maxTokenLifetime": "26h"}, "maxTokenLifetime", ""),
    ({"maxTokenLifetime": "1d"}, "maxTokenLifetime", "15m"),
    ({"maxTokenLifetime": 60.0}, "maxTokenLifetime", "whole number"),
    ({"maxTokenLifetime": True}, "maxTokenLifetime", "whole number"),
    ({"tenantClaims": ["org"], "claims": ["org", "a/b"]}, "claims", "1 to 64"),
    ({"tenantClaims": "org"}, "tenantClaims", "a list of 1 to 50"),
    ({"tenantClaims": []}, "tenantClaims", "a list of 1 to 50"),
    ({"tenantClaims": ["a/b"]}, "tenantClaims", "1 to 64"),
    ({"tenancy": "shared"}, "tenancy", "'own'"),
    ({"callerClaims": []}, "callerClaims", "a list of 1 to 50"),
    ({"callerClaims": "org"}, "callerClaims", "a list of 1 to 50"),
    ({"audienceClaim": "azp"}, "audienceClaim", "client_id"),
    ({"audienceClaim": "aud"}, "audienceClaim", "client_id"),
    ({"audienceClaim": ["client_id"]}, "audienceClaim", "client_id"),
    ({"emailVerified": True}, "emailVerified", "text"),
    ({"emailVerified": "true"}, "emailVerified", "text"),
    ({"jwks": "https://login.example.com/keys"}, "jwks", "'keys'"),
    ({"jwks": []}, "jwks", "'keys'"),
    ({"jwks": {}}, "jwks", "'keys'"),
    ({"jwks": {"keys": {}}}, "jwks", "'keys'"),
    ({"jwks": {"keys": ["x" * JWKS_BYTES]}}, "jwks", str(JWKS_BYTES)),
    ({"id": "x"}, "id", "unknown member"),
    ({"subject_claim": "sub"}, "subject_claim", "unknown member"),
    ({"jwksUri": "https://login.example.com/keys"}, "jwksUri", "unknown member"),
    ({"consoleClientId": "x"}, "consoleClientId", "unknown member"),
]
# fmt: on


@pytest.mark.parametrize(("changes", "member", "words"), BAD_MEMBERS)
def test_a_bad_member_of_an_issuer_is_named(
    changes: dict[str, object], member: str, words: str
) -> None:
    found = refused({"version": 1, "issuers": [entry(), entry() | changes]})
    assert found.keys() == {f"/issuers/1/{member}"}
    assert words in found[f"/issuers/1/{member}"]


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"tenantClaims": ["org"]}, "which 'claims' does not list"),
        ({"tenantClaims": ["org"], "claims": ["Org"]}, "which 'claims' does not list"),
        ({"tenantClaims": ["org"], "claims": ["org"], "tenancy": "own"}, "not both"),
        ({"callerClaims": ["org"]}, "'callerClaims' names 'org', which 'claims' does not list"),
        (
            {"emailVerified": "text"},
            "'emailVerified' is about 'email_verified', which 'claims' does not list",
        ),
    ],
)
def test_members_of_an_issuer_that_do_not_go_together_are_refused(
    changes: dict[str, object], words: str
) -> None:
    found = refused({"version": 1, "issuers": [entry() | changes]})
    assert found.keys() == {"/issuers/0"}
    assert words in found["/issuers/0"]


def test_an_issuer_needs_its_url_and_an_audience() -> None:
    assert refused({"version": 1, "issuers": [{}]}) == {
        "/issuers/0/issuer": "is required",
        "/issuers/0/audience": "is required",
    }


ALICE = {"issuer": ISSUER, "subject": "alice"}


@pytest.mark.parametrize(
    ("grantee", "read"),
    [
        (ALICE, WebGrantee(ISSUER, "alice")),
        ({"issuer": ISSUER, "subject": "repo:a/b:ref:*"}, WebGrantee(ISSUER, "repo:a/b:ref:*")),
        (
            ALICE | {"claims": {"b": 1, "a": "x", "c": True}},
            WebGrantee(ISSUER, "alice", (("a", '"x"'), ("b", "1"), ("c", "true"))),
        ),
        ({"issuer": ISSUER, "claims": {"a": "1"}}, WebGrantee(ISSUER, None, (("a", '"1"'),))),
        ({"issuer": ISSUER, "claims": {"a": -1}}, WebGrantee(ISSUER, None, (("a", "-1"),))),
        ({"issuer": ISSUER, "claims": {"a": False}}, WebGrantee(ISSUER, None, (("a", "false"),))),
    ],
)
def test_a_grantee_outside_aws_is_read_with_the_types_of_its_claims(
    grantee: dict[str, object], read: WebGrantee
) -> None:
    assert GranteeBody.model_validate(grantee).grantee() == read
    assert GranteeBody.model_validate(read.as_json()).grantee() == read


@pytest.mark.parametrize(
    ("grantee", "member", "words"),
    [
        ({}, "", "either 'iam' or 'issuer'"),
        ({"subject": "alice"}, "", "either 'iam' or 'issuer'"),
        ({"claims": {"a": "x"}}, "", "either 'iam' or 'issuer'"),
        (ALICE | {"iam": "123456789012"}, "", "either 'iam' or 'issuer'"),
        ({"issuer": ISSUER}, "", "'subject', 'claims' or both"),
        ({"iam": "123456789012", "subject": "alice"}, "", "go with 'issuer'"),
        ({"iam": "123456789012", "claims": {"a": "x"}}, "", "go with 'issuer'"),
        (ALICE | {"uniqueId": "AIDA2EXAMPLEEXAMPLE1"}, "", "nothing else"),
        (ALICE | {"audience": "x"}, "/audience", "unknown member"),
        (ALICE | {"issuer": "ftp://login.example.com"}, "/issuer", "https://host"),
        (ALICE | {"issuer": "http:login.example.com"}, "/issuer", "https://host"),
        (ALICE | {"subject": ""}, "/subject", "1 to 512"),
        (ALICE | {"subject": "a" * 513}, "/subject", "1 to 512"),
        (ALICE | {"subject": "é" * 257}, "/subject", "1 to 512"),
        (ALICE | {"subject": "a\0"}, "/subject", "control"),
        (ALICE | {"subject": 7}, "/subject", "text"),
        (ALICE | {"subject": ["alice"]}, "/subject", "text"),
        (ALICE | {"claims": {}}, "/claims", "1 to 50"),
        (ALICE | {"claims": {f"c{n}": 1 for n in range(51)}}, "/claims", "1 to 50"),
        (ALICE | {"claims": ["a"]}, "/claims", "1 to 50"),
        (ALICE | {"claims": "a"}, "/claims", "1 to 50"),
        (ALICE | {"claims": {"": "x"}}, "/claims", "1 to 64"),
        (ALICE | {"claims": {"a/b": "x"}}, "/claims", "1 to 64"),
        (ALICE | {"claims": {"a:path": "x"}}, "/claims", "1 to 64"),
        (ALICE | {"claims": {"a": ""}}, "/claims", "value must be text"),
        (ALICE | {"claims": {"a": "x" * 513}}, "/claims", "value must be text"),
        (ALICE | {"claims": {"a": "\n"}}, "/claims", "value must be text"),
        (ALICE | {"claims": {"a": 1.5}}, "/claims", "value must be text"),
        (ALICE | {"claims": {"a": 1.0}}, "/claims", "value must be text"),
        (ALICE | {"claims": {"a": ["x"]}}, "/claims", "value must be text"),
        (ALICE | {"claims": {"a": {"b": "x"}}}, "/claims", "value must be text"),
        (ALICE | {"claims": {"a": 2**53}}, "/claims", ""),
        (ALICE | {"claims": {"a": 10**3000}}, "/claims", ""),
    ],
)  # fmt: skip
def test_a_bad_member_of_a_grantee_is_named(
    grantee: dict[str, object], member: str, words: str
) -> None:
    found = refused({"version": 1, "grants": [GRANT | {"grantee": grantee}]})
    assert found.keys() == {f"/grants/0/grantee{member}"}
    assert words in found[f"/grants/0/grantee{member}"]


@pytest.mark.parametrize(
    ("grantee", "scope", "words"),
    [
        ({"iam": "123456789012"}, "s3://bkt/${claim.a}/*", "outside AWS"),
        (GRANT["grantee"], "s3://bkt/${claim.a:path}/*", "outside AWS"),
        (GRANT["grantee"], "s3://bkt/${caller.name}/${claim.a}/*", "outside AWS"),
        (ALICE, "s3://bkt/${caller.name}/*", "grantee in IAM"),
        (ALICE, "s3://bkt/${caller.account}/*", "grantee in IAM"),
        (ALICE, "s3://bkt/${claim.a}/${caller.kind}/*", "grantee in IAM"),
    ],
)
def test_a_variable_that_is_never_filled_is_refused(
    grantee: object, scope: str, words: str
) -> None:
    members = GRANT | {"grantee": grantee, "scope": scope}
    found = refused({"version": 1, "grants": [members]})
    assert found.keys() == {"/grants/0"}
    assert words in found["/grants/0"]


plain = st.text(st.characters(exclude_categories=["Cc", "Cs"]), min_size=1, max_size=20)
names = st.from_regex("[A-Za-z0-9_][A-Za-z0-9_.:-]{0,20}", fullmatch=True).filter(
    lambda name: not name.endswith(":path")
)
claims = st.dictionaries(names, plain | st.integers(-(2**53) + 1, 2**53 - 1) | st.booleans(), min_size=1, max_size=4)  # fmt: skip


@given(st.none() | plain, claims)
def test_every_grantee_outside_aws_is_stored_and_read_back_with_its_types(
    subject: str | None, asked: dict[str, Any]
) -> None:
    grantee = {"issuer": ISSUER, "claims": asked} | ({"subject": subject} if subject else {})
    granted = GrantBody.model_validate(GRANT | {"grantee": grantee}).grant()
    again = GrantBody.stored_grant(encode(granted.as_json()))
    assert again == granted
    assert repr(again.grantee.as_json()) == repr(granted.grantee.as_json())
    assert len(granted.grantee.table_key.encode()) <= 2048


issuer_members = st.fixed_dictionaries(
    {
        "issuer": st.sampled_from([ISSUER, f"{ISSUER}/", "https://192.0.2.7", "http://127.0.0.1:1"]),
        "audience": plain | st.lists(plain, min_size=1, max_size=3),
    },
    optional={
        "subjectClaim": plain,
        "claims": st.lists(
            names
            | st.fixed_dictionaries({"name": names, "path": st.lists(plain, min_size=1, max_size=3)}),
            max_size=3,
        ),
        "algorithms": st.lists(st.sampled_from(ALGORITHMS), min_size=1),
        "maxTokenLifetime": st.integers(1, LONGEST_LIFETIME) | st.sampled_from(["15m", "24h"]),
        "jwks": st.fixed_dictionaries(
            {"keys": st.lists(st.dictionaries(st.text(), st.text() | st.integers()), max_size=3)}
        ),
    },
)  # fmt: skip


@given(issuer_members)
def test_every_issuer_that_is_accepted_is_stored_and_read_back_the_same(
    members: dict[str, Any],
) -> None:
    try:
        trusted = IssuerBody.model_validate(members).trusted_issuer()
    except ValidationError:
        return
    assert IssuerBody.stored_issuer(encode(trusted.as_json())) == trusted


def test_an_administrator_reads_what_an_issuer_says_and_no_more() -> None:
    assert issued(claims=["a", {"name": "b", "path": ["c"]}]).as_json() == {
        "issuer": ISSUER,
        "audience": AUDIENCE,
        "subjectClaim": "sub",
        "claims": ["a", {"name": "b", "path": ["c"]}],
        "algorithms": ["RS256"],
        "maxTokenLifetime": 3600,
    }
