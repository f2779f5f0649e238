"""Whatever was possible before a change and is not after it is offered for revocation."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import fields, replace
from datetime import timedelta
from itertools import permutations
from typing import Any, NamedTuple

import pytest
from hypothesis import HealthCheck, given, reject, settings
from hypothesis import strategies as some

from tests.evaluator import allows
from tests.support.documents import HERE, SETTING, document, entry, line, planned
from tests.support.effects import effects, one_session
from tests.support.make import (
    ACCOUNT,
    NOW,
    ROLE_ARN,
    USER_ARN,
    caller,
    grant,
    knowing,
    location,
)
from tests.support.tokens import AUDIENCE, ISSUER, claims, issuer, jwk, rsa_key
from vending.callers.caller import Caller
from vending.callers.identity import WebIdentity
from vending.callers.issuer import Issuer
from vending.catalogue.changes import MOST_REVOCATIONS, Change
from vending.catalogue.proposal import Stored, needs_all_grants
from vending.decision.closest import Match
from vending.decision.decide import Decision
from vending.denials.revoked import NONE_REVOKED
from vending.documents.closing import RULES, allows_all, ends_nothing
from vending.documents.document import ChangesRequest
from vending.documents.grant import GrantBody
from vending.documents.issuer import IssuerBody
from vending.documents.location import LocationBody
from vending.errors import AccessDenied, InvalidRequest, TokenRefused
from vending.grants.grant import Grant
from vending.grants.grantee import IamGrantee
from vending.grants.location import Location
from vending.grants.rate_limit import RateLimit
from vending.sessions.durations import longest_credentials

THEIRS = "arn:aws:iam::210987654321:role/Partner"
LENDS = replace(SETTING, assumable_roles=lambda: (THEIRS,))
KEYS = [f"arn:aws:kms:ap-northeast-1:{ACCOUNT}:key/{name}" for name in ("0a1b2c3d", "0a1b2c3e")]
FIRST, SECOND = jwk(rsa_key()), jwk(rsa_key("other"), "key-2")
VERIFIED = ["team", "email_verified"]
MORE = {"claims": ["team", "more"]}
BY_CLAIM = {"issuer": ISSUER, "claims": {"team": "a"}}
BY_SUBJECT = {"issuer": ISSUER, "subject": "alice"}

type Json = dict[str, object]


def before(
    grants: Sequence[Json], place: Mapping[str, object] = HERE, trusted: Json | None = None
) -> Stored:
    """A table with these grants."""
    issuers = [IssuerBody.model_validate(one).trusted_issuer() for one in [trusted] if one]
    granted = [GrantBody.model_validate(one).grant() for one in grants]
    here = LocationBody.model_validate(place).location()
    return Stored(
        {one.id: one for one in granted}, {one.id: one for one in issuers}, {here.id: here}
    )


def offered(changes: list[Change]) -> list[str]:
    """The ids of grants whose revocation is offered, by any change."""
    found = []
    for change in changes:
        answer = change.as_answered()
        one = answer.get("revocation")
        many: Any = answer.get("revocations", [])
        found += [each["grantId"] for each in [*([one] if one else []), *many]]
    return found


# What closes, and what only opens.


@pytest.mark.parametrize(
    ("old", "new", "closes"),
    [
        ({}, {"vpcEndpoint": "vpce-0a1b2c3d"}, True),
        ({"vpcEndpoint": "vpce-0a1b2c3d"}, {"vpcEndpoint": "vpce-0a1b2c3e"}, True),
        ({"vpcEndpoint": "vpce-0a1b2c3d"}, {}, False),
        ({}, {"account": "999999999999"}, True),
        ({"account": "999999999999"}, {}, True),
        ({}, {"account": ACCOUNT}, False),
        ({"account": ACCOUNT}, {}, False),
        ({"kmsKey": KEYS[0]}, {"kmsKey": KEYS[1]}, True),
        ({"kmsKey": KEYS[0]}, {}, True),
        ({}, {"kmsKey": KEYS[0]}, False),
        ({}, {"role": THEIRS}, True),
        ({"role": THEIRS}, {}, True),
        ({}, {"role": ROLE_ARN}, False),
        ({"role": THEIRS}, {"role": THEIRS, "account": "210987654321"}, False),
        ({"role": THEIRS}, {"role": THEIRS, "externalId": "a-secret"}, True),
        ({"role": THEIRS, "externalId": "id-a"}, {"role": THEIRS, "externalId": "id-b"}, True),
        ({}, {"region": "eu-west-1"}, False),
        ({"kmsKey": KEYS[0]}, {"region": "eu-west-1"}, True),
    ],
)
def test_a_location_that_closes_offers_the_grants_in_its_bucket(
    old: Json, new: Json, closes: bool
) -> None:
    have = before([line("a"), line("b", scope="s3://bkt/b/*")], HERE | old)
    other = grant("s3://other/* READ", id="elsewhere")
    have = replace(have, grants={**have.grants, "elsewhere": other})
    (change,) = planned(document(locations=[HERE | new]), have, LENDS)
    expected = [
        {"grantId": id_, "kind": "sessions", "reason": "its location was changed"}
        for id_ in ("a", "b")
    ]
    assert change.as_answered().get("revocations", []) == (expected if closes else [])
    role = old.get("role")
    beyond = [{"roleArn": role}] if closes and role else []
    assert change.as_answered().get("notCovered", []) == beyond


@pytest.mark.parametrize(
    ("old", "new", "closes"),
    [
        ({"audience": ["a", AUDIENCE]}, {}, True),
        ({}, {"audience": "https://other.example.com"}, True),
        ({}, {"audience": [AUDIENCE, "https://other.example.com"]}, False),
        ({}, {"maxTokenLifetime": 60}, True),
        ({"maxTokenLifetime": 60}, {}, False),
        ({"algorithms": ["RS256", "ES256"]}, {}, True),
        ({}, {"algorithms": ["ES256", "RS256"]}, False),
        ({}, {"jwks": {"keys": [FIRST]}}, True),
        ({"jwks": {"keys": [FIRST]}}, {}, True),
        ({"jwks": {"keys": [FIRST, SECOND]}}, {"jwks": {"keys": [FIRST]}}, True),
        ({"jwks": {"keys": [FIRST]}}, {"jwks": {"keys": [SECOND, FIRST]}}, False),
        ({"jwks": {"keys": [FIRST, SECOND]}}, {"jwks": {"keys": [SECOND, FIRST]}}, False),
        ({"claims": ["team", "more"]}, {}, True),
        ({}, {"claims": ["team", "more"]}, False),
        ({}, {"claims": [{"name": "team", "path": ["org", "team"]}]}, True),
        ({}, {"subjectClaim": "email_id"}, True),
        ({}, {"callerClaims": ["team"]}, True),
        ({"callerClaims": ["team"]}, {}, False),
        (
            MORE | {"callerClaims": ["team", "more"]},
            MORE | {"callerClaims": ["more", "team"]},
            False,
        ),
        (MORE | {"callerClaims": ["team", "more"]}, MORE | {"callerClaims": ["more"]}, False),
        (MORE | {"callerClaims": ["more"]}, MORE | {"callerClaims": ["team"]}, True),
        ({}, {"audienceClaim": "client_id"}, True),
        ({"audienceClaim": "client_id"}, {}, True),
        ({}, {"claims": VERIFIED, "emailVerified": "text"}, True),
        ({"claims": VERIFIED, "emailVerified": "text"}, {"claims": VERIFIED}, True),
        ({"tenancy": None, "tenantClaims": ["team"]}, {}, False),
        ({}, {"tenancy": None, "tenantClaims": ["team"]}, False),
    ],
)
def test_an_issuer_that_closes_offers_the_grants_to_it(old: Json, new: Json, closes: bool) -> None:
    usual = entry(claims=["team"], tenancy="own")
    grants = [line("by-claim", grantee=BY_CLAIM), line("by-subject", grantee=BY_SUBJECT), line("x")]
    named, stands = (
        {name: value for name, value in (usual | members).items() if value is not None}
        for members in (new, old)
    )
    (change,) = planned(document(issuers=[named]), before(grants, trusted=stands), LENDS)
    expected = [
        {"grantId": id_, "kind": "sessions", "reason": "its issuer was changed"}
        for id_ in ("by-claim", "by-subject")
    ]
    assert change.as_answered().get("revocations", []) == (expected if closes else [])


def web(**members: Any) -> dict[str, object]:
    """A grant to write, which may be limited."""
    return line(permission="READWRITE", **members)


@pytest.mark.parametrize(
    ("old", "new", "closes"),
    [
        (web(), web(sourceIp="caller"), True),
        (web(sourceIp="caller"), web(sourceIp=["192.0.2.0/24"]), True),
        (web(sourceIp=["192.0.2.0/24"]), web(sourceIp="caller"), True),
        (web(sourceIp=["192.0.2.0/24"]), web(sourceIp=["192.0.2.0/25"]), True),
        (web(sourceIp=["192.0.2.0/24", "2001:db8::/32"]), web(sourceIp=["192.0.2.0/24"]), True),
        (web(sourceIp=["192.0.2.0/25"]), web(sourceIp=["192.0.2.0/24", "2001:db8::/32"]), False),
        (web(sourceIp=["10.0.0.0/8"]), web(sourceIp=["10.0.0.0/9", "10.128.0.0/9"]), False),
        (web(sourceIp="caller"), web(sourceIp=["0.0.0.0/0", "::/0"]), False),
        (web(), web(sourceIp=["0.0.0.0/0", "::/0"]), True),
        (web(sourceIp=["192.0.2.0/24"]), web(sourceIp=["2001:db8::/32"]), True),
        (web(sourceIp=["2001:db8::/32"]), web(sourceIp=["192.0.2.0/24"]), True),
        (web(sourceIp="caller"), web(), False),
        (web(), web(vpcEndpoint="vpce-0a1b2c3d"), True),
        (web(vpcEndpoint="vpce-0a1b2c3d"), web(), False),
        (web(), web(expires="2030-01-01T00:00:00Z"), True),
        (web(expires="2030-01-01T00:00:00Z"), web(expires="2031-01-01T00:00:00Z"), False),
        (web(expires="2031-01-01T00:00:00Z"), web(expires="2030-01-01T00:00:00Z"), True),
        (web(expires="2030-01-01T00:00:00Z"), web(), False),
        (web(), web(maxDuration=900), True),
        (web(), web(maxDuration=3600), False),
        (web(maxDuration=900), web(maxDuration=1800), False),
        (web(), web(maxObjectSize=9), True),
        (web(maxObjectSize=9), web(maxObjectSize=10), False),
        (web(maxObjectSize=10), web(maxObjectSize=9), True),
        (web(maxObjectSize=9), web(), False),
        (web(), web(contentTypes=["image/*"]), True),
        (web(contentTypes=["image/*"]), web(contentTypes=["image/png"]), True),
        (web(contentTypes=["image/png"]), web(contentTypes=["image/*", "text/csv"]), False),
        (web(contentTypes=["image/png", "text/csv"]), web(contentTypes=["image/*"]), True),
        (web(contentTypes=["image/png"]), web(contentTypes=["png/*"]), True),
        (web(contentTypes=["image/png"]), web(), False),
        (web(activeContent=True), web(), True),
        (web(), web(activeContent=True), False),
        (web(versions=True), web(), True),
        (web(), web(versions=True), False),
        (web(), web(rateLimit={"urls": 1}), False),
        (web(), web(owner="a-team", description="For reports."), False),
        (web(), line(), True),
        (line(), web(), False),
        (web(), web(scope="s3://bkt/a/b"), True),
        (web(), web(scope="s3://bkt/*"), False),
        (web(), web(grantee={"iam": ACCOUNT}), False),
        (web(grantee={"iam": ACCOUNT}), web(), True),
        (web(), web(grantee={"iam": "999999999999"}), True),
        (web(), web(grantee={"iam": USER_ARN, "uniqueId": "AIDA2EXAMPLEEXAMPLE1"}), True),
        (web(grantee={"iam": USER_ARN, "uniqueId": "AIDA2EXAMPLEEXAMPLE1"}), web(), False),
        (web(grantee={**BY_CLAIM, "subject": "alice"}), web(grantee=BY_CLAIM), False),
        (web(grantee={**BY_CLAIM, "subject": "alice"}), web(grantee=BY_SUBJECT), False),
        (web(grantee=BY_SUBJECT), web(grantee={**BY_CLAIM, "subject": "alice"}), True),
        (web(grantee=BY_CLAIM), web(grantee={"issuer": ISSUER, "claims": {"team": "b"}}), True),
        (web(grantee=BY_CLAIM), web(), True),
    ],
)
def test_a_grant_that_closes_offers_itself_and_one_that_only_opens_does_not(
    old: Json, new: Json, closes: bool
) -> None:
    have = before([old], trusted=entry(claims=["team"], tenancy="own"))
    (change,) = planned(document(grants=[new]), have, LENDS)
    assert bool(change.revocation) is closes
    assert "revocations" not in change.as_answered()


# What is offered, and how often.


def test_a_grant_is_named_once_whatever_changes_around_it() -> None:
    trusted = entry(claims=["team"], tenancy="own")
    grants = [line(id_, grantee=BY_CLAIM, scope=f"s3://bkt/{id_}/*") for id_ in "abcd"]
    have = before(grants, trusted=trusted)
    changes = planned(
        document(
            locations=[HERE | {"vpcEndpoint": "vpce-0a1b2c3d"}],
            issuers=[trusted | {"maxTokenLifetime": 60}],
            grants=[
                grants[0] | {"permission": "READWRITE"},
                grants[1] | {"scope": "s3://bkt/b/c/*"},
                grants[2],
                line("new", grantee=BY_CLAIM),
            ],
            prune=True,
        ),
        have,
        LENDS,
    )
    assert sorted(offered(changes)) == ["a", "b", "c", "d"]


def test_entries_that_are_removed_with_their_grants_offer_each_grant() -> None:
    trusted = entry(claims=["team"], tenancy="own")
    have = before([line("a", grantee=BY_CLAIM)], trusted=trusted)
    changes = planned(document(locations=[], issuers=[], grants=[], prune=True), have, LENDS)
    assert [(one.kind, one.action) for one in changes] == [
        ("location", "remove"),
        ("issuer", "remove"),
        ("grant", "remove"),
    ]
    assert offered(changes) == ["a"]


def test_a_location_without_grants_offers_nothing() -> None:
    changes = planned(document(locations=[HERE | {"account": "999999999999"}]), before([]), LENDS)
    assert "revocations" not in changes[0].as_answered()


@pytest.mark.parametrize("count", [MOST_REVOCATIONS, MOST_REVOCATIONS + 1])
def test_a_change_that_takes_from_very_many_offers_to_revoke_all(count: int) -> None:
    have = before([line(f"g{number:03}") for number in range(count)])
    (change,) = planned(document(locations=[HERE | {"account": "999999999999"}]), have, LENDS)
    many = change.revocations
    if count <= MOST_REVOCATIONS:
        assert len(many) == count
    else:
        expected = {"all": True, "kind": "sessions", "reason": "its location was changed"}
        assert many == [expected]


def test_all_grants_are_read_where_a_document_changes_an_issuer_or_a_location() -> None:
    have = before([line()], trusted=entry())
    for members, needs in (
        ({"locations": [HERE], "issuers": [entry()]}, False),
        ({"grants": [line("b")]}, False),
        ({"locations": [HERE | {"vpcEndpoint": "vpce-0a1b2c3d"}]}, True),
        ({"issuers": [entry(maxTokenLifetime=60)]}, True),
        ({"locations": [HERE | {"scope": "s3://new/*"}]}, False),
        ({"grants": [], "prune": True}, True),
    ):
        assert needs_all_grants(document(**members), have.issuers, have.locations) is needs


# Members that nobody has judged yet.


ENTRIES: list[Grant | Location | Issuer] = [grant("s3://bkt/* READ"), location(), issuer()]


@pytest.mark.parametrize(
    ("one", "member"),
    [(one, each.name) for one in ENTRIES for each in fields(one)],
    ids=lambda value: value if isinstance(value, str) else type(value).__name__,
)
def test_a_member_without_a_rule_takes_something_away_whenever_it_changes(
    one: Grant | Location | Issuer, member: str
) -> None:
    if member in RULES[type(one)]:
        return
    changed = replace(one, **{member: object()})  # type: ignore[arg-type]
    assert not allows_all(one, changed, ROLE_ARN)
    assert not ends_nothing(one, changed, ROLE_ARN)
    assert ends_nothing(one, one, ROLE_ARN)


def test_every_rule_is_of_a_member_and_an_entry_of_another_kind_allows_nothing() -> None:
    assert RULES.keys() == {Grant, Location, Issuer}
    for kind, rules in RULES.items():
        assert rules.keys() <= {one.name for one in fields(kind)}
    for one, other in permutations(ENTRIES, 2):
        assert not allows_all(one, other, ROLE_ARN)
        assert not ends_nothing(one, other, ROLE_ARN)


def test_a_list_in_another_order_takes_nothing_away() -> None:
    one, other = (
        grant("s3://bkt/* READWRITE", object_headers=names)
        for names in (("Cache-Control", "Expires"), ("Expires", "Cache-Control"))
    )
    assert one != other
    assert allows_all(one, other)
    assert allows_all(other, one)


def test_pinned_keys_are_the_same_however_they_are_written() -> None:
    one, two = (
        replace(issuer(), jwks=json.dumps({"keys": keys}))
        for keys in ([FIRST, SECOND], [SECOND, dict(reversed(FIRST.items()))])
    )
    assert one.jwks != two.jwks
    assert allows_all(one, two)
    assert allows_all(two, one)


@pytest.mark.parametrize(
    ("old", "new", "allowed"),
    [
        (None, None, True),
        (RateLimit(urls=9), None, True),
        (RateLimit(urls=9), RateLimit(urls=10), True),
        (RateLimit(urls=9), RateLimit(urls=8), False),
        (RateLimit(urls=9), RateLimit(urls=9, requests=9), False),
        (None, RateLimit(urls=9), False),
    ],
)
def test_a_lower_rate_allows_less_and_ends_nothing(
    old: RateLimit | None, new: RateLimit | None, allowed: bool
) -> None:
    was, is_now = (grant("s3://bkt/* READ", rate_limit=one) for one in (old, new))
    assert allows_all(was, is_now) is allowed
    assert ends_nothing(was, is_now)


# Over all kinds of change: by policies and tokens, not by our tables.


class Asking(NamedTuple):
    """Somebody who asks for a session, and a request with it; the rest is as before the change."""

    name: str  # of the user in AWS or the subject
    team: str
    lifetime: int  # seconds, of the token
    choice: int  # of the audiences, algorithms and keys that were accepted
    action: str
    resource: str
    address: str
    passed: int  # seconds since the session was made


def optional(**choices: list[object]) -> some.SearchStrategy[dict[str, object]]:
    """Members of an entry, each of them absent or one of its choices."""
    return some.fixed_dictionaries(
        {}, optional={name: some.sampled_from(values) for name, values in choices.items()}
    )


def possible_place(members: Json) -> bool:
    region_of_key = str(members.get("kmsKey", "::::")).split(":")[3]
    fits = region_of_key in ("", members.get("region", HERE["region"]))
    return fits and not ("externalId" in members and "role" not in members)


def possible_grant(members: Json) -> bool:
    try:
        GrantBody.model_validate(members)
    except ValueError:
        return False
    return True


places = optional(
    vpcEndpoint=["vpce-0a1b2c3d", "vpce-0a1b2c3e"],
    account=[ACCOUNT, "999999999999"],
    kmsKey=[*KEYS],
    role=[ROLE_ARN, THEIRS],
    externalId=["id-a", "id-b"],
    region=["eu-west-1"],
).filter(possible_place)
trusts = optional(
    audience=[AUDIENCE, "https://b.example.com", [AUDIENCE, "https://b.example.com"]],
    claims=[["team"], ["team", "more"], [{"name": "team", "path": ["more"]}]],
    algorithms=[["RS256"], ["ES256"], ["RS256", "ES256"]],
    maxTokenLifetime=[300, 600, 3600],
    subjectClaim=["sub", "other"],
    jwks=[{"keys": [FIRST]}, {"keys": [FIRST, SECOND]}, {"keys": [SECOND]}],
)
granted = (
    optional(
        scope=["s3://bkt/*", "s3://bkt/a/b/*", "s3://bkt/a/b"],
        permission=["READ", "WRITE", "READWRITE"],
        grantee=[{"iam": USER_ARN}, {"iam": ACCOUNT}, *[BY_CLAIM, BY_SUBJECT] * 2],
        maxDuration=[900, 1800, 3600],
        expires=["2026-11-23T12:20:00Z", "2026-11-23T12:40:00Z"],
        sourceIp=["caller", ["192.0.2.0/24"], ["192.0.0.0/8"], ["198.51.100.0/24"]],
        vpcEndpoint=["vpce-0a1b2c3d", "vpce-0a1b2c3e"],
        versions=[True],
    )
    .map(lambda members: line() | members)
    .filter(possible_grant)
)


askings = some.builds(
    Asking,
    name=some.sampled_from(["alice"] * 4 + ["bob"]),
    team=some.sampled_from(["a"] * 4 + ["b"]),
    lifetime=some.sampled_from([200, 500, 3000]),
    choice=some.integers(0, 1),
    action=some.sampled_from(
        ["s3:GetObject", "s3:GetObject", "s3:PutObject", "s3:GetObjectVersion", "kms:Decrypt"]
    ),
    resource=some.sampled_from(["bkt/a/b", "bkt/a/b/c", "bkt/a/x", "bkt/z"]),
    address=some.sampled_from(["192.0.2.7", "192.0.2.7", "192.0.2.7", "192.0.3.1", "198.51.100.1"]),
    passed=some.sampled_from([1, 1, 1, 899, 1201, 2401, 3599]),
)


def context(asking: Asking, old: Stored) -> dict[str, str]:
    """What IAM knows of a request that the entries from before allow, if any."""
    place, mine = old.locations["bkt"], old.grants["a"]
    endpoint = place.vpc_endpoint or mine.vpc_endpoint
    return {
        "aws:ResourceAccount": place.owning_account(ROLE_ARN),
        "aws:SourceIp": asking.address,
        "aws:CurrentTime": (NOW + timedelta(seconds=asking.passed)).isoformat(),
        "kms:ViaService": f"s3.{place.region}.amazonaws.com",
        **({"aws:SourceVpce": endpoint} if endpoint else {}),
    }


def identified(asking: Asking, old: Stored, table: Stored) -> Caller | None:
    """The caller, if the token is accepted: one that was made for the issuer's entry of before."""
    if isinstance(old.grants["a"].grantee, IamGrantee):
        arn = USER_ARN if asking.name == "alice" else f"arn:aws:iam::{ACCOUNT}:user/Other"
        return caller(arn, source_ip="192.0.2.7")
    (known,), (trusted,) = old.issuers.values(), table.issuers.values()
    audience = known.audience[asking.choice % len(known.audience)]
    if known.algorithms[asking.choice % len(known.algorithms)] not in trusted.algorithms:
        return None
    pinned = key_ids(known) or ["key-1", "key-2"]
    if key_ids(trusted) and pinned[asking.choice % len(pinned)] not in key_ids(trusted):
        return None
    said = claims(
        aud=audience,
        exp=int(NOW.timestamp()) + asking.lifetime,
        sub=asking.name,
        other=asking.name,
        team=asking.team,
        more="a",
    )
    try:
        trusted.check(said, NOW)
        identity = WebIdentity(ISSUER, trusted.subject(said), trusted.usable_claims(said), "0" * 32)
    except TokenRefused:
        return None
    return Caller("web-identity", identity, "192.0.2.7")


def key_ids(trusted: Issuer) -> list[str]:
    """The ids of its pinned keys."""
    return [one["kid"] for one in json.loads(trusted.jwks)["keys"]] if trusted.jwks else []


def may(asking: Asking, old: Stored, table: Stored) -> str | None:
    """The role whose session allows the request under the grant ``a``, if one does."""
    mine, place, who = table.grants["a"], table.locations["bkt"], identified(asking, old, table)
    scope = mine.scope_for(who, NOW) if who else None
    seconds = longest_credentials(mine)
    if who is None or scope is None or asking.passed >= seconds:
        return None
    decision = Decision(Match(mine, scope), place, NONE_REVOKED)
    found = effects(knowing(mine))
    try:
        session = one_session(who, decision, [scope], mine.permission, seconds, found)
    except AccessDenied:
        return None
    policy, values = json.loads(session.policy), context(asking, old)
    resource = f"arn:aws:s3:::{asking.resource}"
    if asking.action.startswith("kms:"):
        resource = old.locations["bkt"].kms_key or KEYS[0]
    return session.role_arn if allows(policy, asking.action, resource, values) else None


def kept(old: Stored, changes: list[Change]) -> Stored:
    """The table after the changes."""
    lists: dict[str, dict[str, Any]] = {
        "grant": dict(old.grants),
        "issuer": dict(old.issuers),
        "location": dict(old.locations),
    }
    for change in changes:
        lists[change.kind].pop(change.id, None)
        if change.after:
            lists[change.kind][change.id] = change.after
    return Stored(lists["grant"], lists["issuer"], lists["location"])


def change_of(drawn: some.DrawFn, members: some.SearchStrategy[Json]) -> tuple[Json, Json]:
    """An entry, and the same with one member as in another entry, or without it."""
    old, other = drawn(members), drawn(members)
    differing = sorted(name for name in {*old, *other} if old.get(name) != other.get(name))
    name = drawn(some.sampled_from(differing or ["scope"]))
    new = {key: value for key, value in old.items() if key != name}
    return old, new | ({name: other[name]} if name in other else {})


CHANGED = [["grants"], ["locations"], ["issuers"], ["grants", "issuers", "locations"]]


@some.composite
def documents(drawn: some.DrawFn) -> tuple[Stored, ChangesRequest]:
    """A table with the grant ``a``, and a document that changes one or more of its entries."""
    lines = change_of(drawn, granted)
    place = change_of(drawn, places.map(lambda one: HERE | one))
    trusted = change_of(drawn, trusts.map(lambda one: entry(claims=["team"], tenancy="own") | one))
    names = drawn(some.sampled_from(CHANGED))
    lists = {"grants": [lines[1]], "locations": [place[1]], "issuers": [trusted[1]]}
    request = {name: lists[name] for name in names}
    try:
        return before([lines[0]], place[0], trusted[0]), document(**request)
    except (InvalidRequest, ValueError):
        reject()


@settings(max_examples=500, suppress_health_check=[HealthCheck.filter_too_much])
@given(documents(), some.lists(askings, min_size=20, max_size=40))
def test_what_a_session_may_do_that_a_new_one_may_not_is_offered(
    made: tuple[Stored, ChangesRequest], asked: list[Asking]
) -> None:
    have, request = made
    try:
        changes = planned(request, have, LENDS)
    except InvalidRequest:
        reject()
    after = kept(have, changes)
    was = [(one, role) for one in asked if (role := may(one, have, have))]
    if any(may(one, have, after) != role for one, role in was):
        assert offered(changes) == ["a"]
    assert len(offered(changes)) <= 1
