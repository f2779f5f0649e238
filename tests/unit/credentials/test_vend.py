"""Vending credentials with fake effects: what is vended, what is refused, what is called."""

import json
from copy import replace
from datetime import timedelta
from functools import partial
from typing import Any

import pytest

from tests.evaluator import allows
from tests.support.effects import effects, lending, presign_effects
from tests.support.make import ACCOUNT, NOW, Sts, caller, grant, knowing, rates, record
from tests.support.tokens import ISSUER
from vending.audit.record import Record
from vending.bodies.parse import parse
from vending.callers.caller import Caller
from vending.callers.grantee_keys import Claims
from vending.callers.identity import WebIdentity
from vending.credentials.explain import explain
from vending.credentials.request import CredentialsRequest
from vending.credentials.vend import VendedCredentials, vend_credentials
from vending.decision.effects import Known, LoadGrants
from vending.denials.denials import NOTHING_DENIED
from vending.errors import (
    AccessDenied,
    DurationNotAllowed,
    PolicyTooLarge,
    PresignOnly,
    SeveralGrants,
    TooLarge,
    TooManyClaims,
    Unavailable,
    VendingError,
)
from vending.grants.grant import Grant
from vending.grants.grantee import WebGrantee
from vending.grants.rate_limit import RateLimit
from vending.sessions.session import Credentials, Session
from vending.sessions.signing_sessions import SigningSessions
from vending.urls.answer import VendedUrls
from vending.urls.request import UrlsRequest
from vending.urls.vend import vend_urls

CONTEXT = {"aws:ResourceAccount": ACCOUNT}


def vend(
    grants: LoadGrants,
    sts: Sts,
    *,
    notes: Record | None = None,
    who: Caller | None = None,
    **members: object,
) -> VendedCredentials:
    body = {"target": "s3://bkt/a/x", "permission": "READ"} | members
    return vend_credentials(
        who or caller(),
        parse(CredentialsRequest, json.dumps(body)),
        notes or record(),
        lending(grants, sts.assume_role),
    )


def explained_to(
    who: Caller, request: CredentialsRequest, notes: Record, grants: LoadGrants, **stack: int
) -> dict[str, Any]:
    return explain(
        who,
        request,
        notes,
        effects(grants, counted=replace(rates(), stack=RateLimit(**stack))),
    )


def sign(
    grants: LoadGrants,
    sts: Sts,
    *keys: str,
    expires_in: int = 900,
    method: str = "GET",
    notes: Record | None = None,
) -> VendedUrls:
    requests = [{"method": method, "target": {"bucket": "bkt", "key": key}} for key in keys]
    sessions = SigningSessions(sts.assume_role, lambda: f"session{len(sts.asked)}", lambda: NOW)
    body = {"expiresIn": expires_in, "requests": requests}
    return vend_urls(
        caller(),
        parse(UrlsRequest, json.dumps(body, ensure_ascii=False)),
        notes or record(),
        presign_effects(grants, sessions.lasting_until),
    )


def test_credentials_are_for_the_target_alone_though_the_grant_is_wider() -> None:
    sts = Sts()
    vended = vend(knowing(grant("s3://bkt/* READWRITE")), sts)
    policy = json.loads(sts.asked[0][0].policy)
    assert allows(policy, "s3:GetObject", "arn:aws:s3:::bkt/a/x", CONTEXT)
    assert not allows(policy, "s3:GetObject", "arn:aws:s3:::bkt/a/y", CONTEXT)
    assert not allows(policy, "s3:PutObject", "arn:aws:s3:::bkt/a/x", CONTEXT)
    assert [str(target) for target in vended.narrowed.lent[0].targets] == ["s3://bkt/a/x"]


def test_the_default_privilege_is_the_grants_whole_scope_and_still_the_asked_permission() -> None:
    sts = Sts()
    vended = vend(knowing(grant("s3://bkt/a/* READWRITE")), sts, privilege="Default")
    policy = json.loads(sts.asked[0][0].policy)
    assert allows(policy, "s3:GetObject", "arn:aws:s3:::bkt/a/y", CONTEXT)
    assert not allows(policy, "s3:PutObject", "arn:aws:s3:::bkt/a/y", CONTEXT)
    assert not allows(policy, "s3:GetObject", "arn:aws:s3:::bkt/b", CONTEXT)
    assert [str(target) for target in vended.narrowed.lent[0].targets] == ["s3://bkt/a/*"]


def test_every_vend_of_credentials_is_a_session_of_its_own() -> None:
    sts = Sts()
    for _ in range(3):
        vend(knowing(grant("s3://bkt/* READ")), sts)
    assert len(sts.asked) == 3


def test_the_expiration_is_the_grants_where_that_comes_first() -> None:
    ends = NOW + timedelta(seconds=1000)
    sts = Sts()
    vended = vend(knowing(grant("s3://bkt/* READ", expires=ends)), sts)
    assert vended.expiration == ends
    condition = json.loads(sts.asked[0][0].policy)["Statement"][0]["Condition"]
    assert condition["DateLessThan"] == {"aws:CurrentTime": "2026-11-23T12:16:40Z"}


REFUSALS: list[tuple[str, list[Grant], dict[str, object], type[VendingError]]] = [
    ("no grant at all", [], {}, AccessDenied),
    ("no grant for the key", [grant("s3://bkt/b/* READ")], {}, AccessDenied),
    ("no grant for the permission", [grant("s3://bkt/* READ")], {"permission": "WRITE"}, AccessDenied),
    ("two buckets, one of them without a grant", [grant("s3://bkt/* READ")], {"targets": ["s3://bkt/a", "s3://other/a"]}, AccessDenied),
    ("four buckets", [grant("s3://bkt/* READ")], {"targets": [f"s3://bkt{n}/a" for n in range(4)]}, SeveralGrants),
    ("four grants", [grant(f"s3://bkt/{n}/* READ", id=f"g{n}") for n in range(4)], {"targets": [f"s3://bkt/{n}/x" for n in range(4)]}, SeveralGrants),
    ("too short", [grant("s3://bkt/* READ")], {"durationSeconds": 899}, DurationNotAllowed),
    ("too long", [grant("s3://bkt/* READ")], {"durationSeconds": 3601}, DurationNotAllowed),
    ("longer than the grant", [grant("s3://bkt/* READ", max_duration=1800)], {"durationSeconds": 1801}, DurationNotAllowed),
    ("a grant too short for credentials", [grant("s3://bkt/* READ", max_duration=899)], {}, PresignOnly),
    ("too many characters", [grant("s3://bkt/* READ")], {"targets": [f"s3://bkt/{n}{'x' * 900}" for n in range(3)]}, PolicyTooLarge),
    ("a grant that has ended", [grant("s3://bkt/* READ", expires=NOW)], {}, AccessDenied),
]  # fmt: skip


@pytest.mark.invariant(1)
@pytest.mark.parametrize(
    ("sentence", "grants", "members", "refused"), REFUSALS, ids=[row[0] for row in REFUSALS]
)
def test_a_refusal_calls_nobody(
    sentence: str, grants: list[Grant], members: dict[str, Any], refused: type[VendingError]
) -> None:
    sts = Sts()
    if "targets" in members:
        members = members | {"target": None}
    body = {"target": "s3://bkt/a/x", "permission": "READ"} | members
    body = {name: value for name, value in body.items() if value is not None}
    request = parse(CredentialsRequest, json.dumps(body))
    with pytest.raises(refused):
        vend_credentials(
            caller(),
            request,
            record(),
            lending(knowing(*grants), sts.assume_role),
        )
    assert sts.asked == []
    explained = explained_to(caller(), request, record(), knowing(*grants))
    assert explained["decision"] == "refused"
    assert explained["code"] == refused.code
    assert explained["limits"]


@pytest.mark.invariant(7)
@pytest.mark.parametrize("limit", [{"max_object_size": 10}, {"content_types": ("image/*",)}])
def test_a_grant_that_limits_uploads_gives_no_credentials_to_write(limit: dict[str, Any]) -> None:
    sts, grants = Sts(), knowing(grant("s3://bkt/* READWRITE", **limit))
    for permission in ("WRITE", "READWRITE"):
        for privilege in ("Minimal", "Default"):
            with pytest.raises(PresignOnly):
                vend(grants, sts, permission=permission, privilege=privilege)
    assert sts.asked == []
    assert vend(grants, sts, permission="READ", privilege="Default")


def test_versions_are_read_only_where_the_grant_says_so() -> None:
    sts = Sts()
    vend(knowing(grant("s3://bkt/* READWRITE", versions=True)), sts)
    vend(knowing(grant("s3://bkt/* READWRITE", versions=True)), sts, permission="WRITE")
    vend(knowing(grant("s3://bkt/* READ")), sts)
    asked = [json.loads(session.policy) for session, _ in sts.asked]
    assert [
        allows(policy, "s3:GetObjectVersion", "arn:aws:s3:::bkt/a/x", CONTEXT) for policy in asked
    ] == [True, False, False]


def test_a_refused_explanation_has_the_limits_of_the_grant_that_it_is_about() -> None:
    ends = NOW + timedelta(seconds=200)
    grants = knowing(grant("s3://bkt/* READ", max_duration=300, expires=ends))
    notes = record()
    request = parse(CredentialsRequest, '{"target": "s3://bkt/a", "permission": "READ"}')
    explained = explained_to(caller(), request, notes, grants)
    assert explained["code"] == "PresignOnly"
    assert explained["limits"] == {
        "minDurationSeconds": 900,
        "maxDurationSeconds": 300,
        "maxExpiresIn": 200,
        "sessionPolicyCharacters": 2048,
    }
    assert (notes.members["outcome"], notes.members["code"]) == ("refused", "PresignOnly")


def test_a_caller_without_an_address_gets_nothing_from_a_grant_that_asks_for_it() -> None:
    sts, pinned = Sts(), knowing(grant("s3://bkt/* READ", source_ip="caller"))
    with pytest.raises(AccessDenied) as refused:
        vend(pinned, sts, who=caller(source_ip="nowhere"))
    assert (refused.value.reason, sts.asked) == ("NoSourceIp", [])
    assert vend(pinned, sts).session_id == "asession"


def test_a_bucket_that_is_not_registered_is_refused() -> None:
    sts = Sts()
    with pytest.raises(AccessDenied):
        vend(knowing(grant("s3://bkt/* READ"), registered=False), sts)
    assert sts.asked == []


@pytest.mark.invariant(1)
@pytest.mark.parametrize("duration", [0, -1, 899])
def test_a_duration_too_short_for_every_grant_is_refused_before_any_grant_is_read(
    duration: int,
) -> None:
    def never(keys: object, buckets: object) -> Known:
        raise AssertionError(buckets)

    with pytest.raises(DurationNotAllowed):
        vend(never, Sts(), durationSeconds=duration)
    with pytest.raises(DurationNotAllowed):
        sign(never, Sts(), "a", expires_in=min(duration, 0))


@pytest.mark.invariant(1)
def test_a_duration_too_long_for_every_grant_is_refused_with_what_this_grant_allows() -> None:
    sts, grants = Sts(), knowing(grant("s3://bkt/* READ", max_duration=1200))
    with pytest.raises(DurationNotAllowed, match=r"at most 1200 seconds \(20m\)"):
        vend(grants, sts, durationSeconds=86_400)
    with pytest.raises(DurationNotAllowed, match=r"at most 1200 seconds \(20m\)"):
        sign(grants, sts, "a", expires_in=86_400)
    assert sts.asked == []


def test_grants_are_asked_for_by_the_callers_keys_and_the_targets_bucket() -> None:
    asked: list[tuple[object, object]] = []

    def load(keys: object, buckets: object) -> Known:
        asked.append((keys, buckets))
        return Known((), (), NOTHING_DENIED)

    with pytest.raises(AccessDenied):
        vend(load, Sts())
    assert asked == [((f"iam#{ACCOUNT}#user#AssumeS3User", f"iam#{ACCOUNT}"), ("bkt",))]


def test_urls_are_signed_by_a_session_for_the_grants_whole_scope() -> None:
    sts = Sts()
    vended = sign(knowing(grant("s3://bkt/a/* READ")), sts, "a/x", "a/y")
    assert [one.method for one in vended.urls] == ["GET", "GET"]
    assert vended.urls[0].url.startswith("https://bkt.s3.ap-northeast-1.amazonaws.com/a/x?")
    assert len(sts.asked) == 1
    policy = json.loads(sts.asked[0][0].policy)
    assert allows(policy, "s3:GetObject", "arn:aws:s3:::bkt/a/z", CONTEXT)
    assert not allows(policy, "s3:GetObject", "arn:aws:s3:::bkt/b", CONTEXT)


@pytest.mark.invariant(6)
def test_a_url_never_claims_to_outlive_the_credentials_that_signed_it() -> None:
    vended = sign(knowing(grant("s3://bkt/* READ")), Sts(seconds=600), "a", expires_in=900)
    assert "X-Amz-Expires=600&" in vended.urls[0].url
    assert vended.sessions[0].expires_at == NOW + timedelta(seconds=600)


def test_credentials_that_have_ended_already_are_not_lent() -> None:
    with pytest.raises(Unavailable):
        vend(knowing(grant("s3://bkt/* READ")), Sts(seconds=0))
    with pytest.raises(Unavailable):
        sign(knowing(grant("s3://bkt/* READ")), Sts(seconds=0), "a")


def test_one_key_out_of_a_thousand_without_a_grant_refuses_them_all() -> None:
    sts = Sts()
    keys = [f"a/{n}" for n in range(999)]
    with pytest.raises(AccessDenied) as refused:
        sign(knowing(grant("s3://bkt/a/* READ")), sts, *keys, "b")
    assert refused.value.faults[0].pointer == "/requests/999/target"
    assert sts.asked == []


def test_reading_does_not_sign_a_put() -> None:
    with pytest.raises(AccessDenied):
        sign(knowing(grant("s3://bkt/* READ")), Sts(), "a", method="PUT")


@pytest.mark.invariant(1)
def test_an_answer_that_would_not_fit_is_refused_before_sts_with_the_number_that_fits() -> None:
    sts = Sts()
    keys = [f"{n:04}{'🚀' * 255}" for n in range(1000)]
    with pytest.raises(TooLarge, match=r"at most 9\d\d requests"):
        sign(knowing(grant("s3://bkt/* READ")), sts, *keys)
    assert sts.asked == []
    assert len(sign(knowing(grant("s3://bkt/* READ")), sts, *keys[:900]).urls) == 900


def test_an_answer_that_a_long_token_makes_too_large_is_not_given() -> None:
    class Wordy(Sts):
        def assume_role(self, session: Session, session_id: str) -> Credentials:
            return replace(super().assume_role(session, session_id), session_token="x" * 6000)

    grants = knowing(grant("s3://bkt/* READ"))
    with pytest.raises(TooLarge):
        sign(grants, Wordy(), *map(str, range(1000)))
    assert len(sign(grants, Wordy(), *map(str, range(800))).urls) == 800


def test_an_explanation_shows_the_policy_that_would_be_sent() -> None:
    sts = Sts()
    grants = knowing(grant("s3://bkt/a/* READ", max_duration=1800))
    vend(grants, sts)
    request = parse(CredentialsRequest, '{"target": "s3://bkt/a/x", "permission": "READ"}')
    explained = explained_to(caller(), request, record(), grants)
    assert explained["decision"] == "granted"
    assert explained["sessionPolicy"] == sts.asked[0][0].policy
    assert explained["sessionPolicyLength"] == len(sts.asked[0][0].policy)
    assert explained["matchedGrantTargets"] == ["s3://bkt/a/x"]
    assert explained["limits"] == {
        "minDurationSeconds": 900,
        "maxDurationSeconds": 1800,
        "maxExpiresIn": 1800,
        "sessionPolicyCharacters": 2048,
    }


def test_the_record_of_urls_says_which_session_signed_them() -> None:
    notes = record()
    vended = sign(knowing(grant("s3://bkt/* READ")), Sts(), "a", notes=notes)
    assert notes.members["sessionId"] == vended.sessions[0].session_id == "session0"
    assert str(notes.members["roleSessionName"]).endswith("-session0")
    assert notes.members["cached"] is False
    assert notes.members["expiresAt"] == "2026-11-23T12:15:00Z"


@pytest.mark.parametrize("signs", [True, False])
def test_a_session_that_sts_may_have_made_without_an_answer_is_on_record(signs: bool) -> None:
    class Silent(Sts):
        def assume_role(self, session: Session, session_id: str) -> Credentials:
            raise Unavailable("ReadTimeoutError")

    notes, grants = record(), knowing(grant("s3://bkt/* READ"))
    ask = partial(sign, grants, Silent(), "a") if signs else partial(vend, grants, Silent())
    with pytest.raises(Unavailable):
        ask(notes=notes)
    assert notes.members["sessionId"] == ("session0" if signs else "asession")


@pytest.mark.invariant(6)
def test_credentials_never_claim_to_outlive_what_was_asked_for() -> None:
    vended = vend(knowing(grant("s3://bkt/* READ")), Sts(10 * 365 * 86_400), durationSeconds=900)
    assert vended.expiration <= NOW + timedelta(seconds=960)
    with pytest.raises(Unavailable) as error:
        vend(knowing(grant("s3://bkt/* READ")), Sts(-1))
    assert error.value.reason == "SessionEnded"


def test_a_session_that_starts_late_still_ends_with_its_grant() -> None:
    sts = Sts()
    ends = NOW + timedelta(seconds=3600 + 2)
    vend(knowing(grant("s3://bkt/* READ", expires=ends)), sts)
    condition = json.loads(sts.asked[0][0].policy)["Statement"][0]["Condition"]
    assert "DateLessThan" in condition


@pytest.mark.invariant(10)
def test_the_record_says_what_was_lent_and_holds_no_secret() -> None:
    notes = record()
    vend(knowing(grant("s3://bkt/* READ")), Sts(), notes=notes)
    line = notes.line()
    members = json.loads(line)
    assert members["grant"] == "a-grant"
    assert members["sessionId"] == "asession"
    assert members["roleSessionName"].endswith("-asession")
    assert members["cached"] is False
    assert "a-secret" not in line
    assert "a-token" not in line


def outside(claims: Claims) -> Caller:
    return Caller("web-identity", WebIdentity(ISSUER, "alice", claims, "a-hash"), "192.0.2.7")


TENANTS = WebGrantee(ISSUER, None, (("groups", '"tenants"'),))
MEMBER: Claims = {"groups": ["tenants", "x"], "tenant": "acme"}


def test_a_tenants_credentials_are_for_its_own_prefix_and_no_neighbours() -> None:
    sts, notes = Sts(), record()
    known = knowing(grant("s3://bkt/${claim.tenant}/* READWRITE", grantee=TENANTS))
    body = {"target": "s3://bkt/acme/*", "privilege": "Default"}
    vended = vend(known, sts, notes=notes, who=outside(MEMBER), **body)
    policy = json.loads(sts.asked[0][0].policy)
    assert allows(policy, "s3:GetObject", "arn:aws:s3:::bkt/acme/x", CONTEXT)
    assert not allows(policy, "s3:GetObject", "arn:aws:s3:::bkt/acme2/x", CONTEXT)
    assert not allows(policy, "s3:PutObject", "arn:aws:s3:::bkt/acme/x", CONTEXT)
    assert [str(one) for one in vended.narrowed.lent[0].targets] == ["s3://bkt/acme/*"]
    assert notes.members["grant"] == "a-grant"


@pytest.mark.parametrize(
    ("sentence", "claims", "target", "refused"),
    [
        ("a neighbour", MEMBER, "s3://bkt/acme2/x", AccessDenied),
        ("everybody", MEMBER, "s3://bkt/*", AccessDenied),
        ("no tenant", {"groups": ["tenants"]}, "s3://bkt/acme/x", AccessDenied),
        ("no group", {"tenant": "acme"}, "s3://bkt/acme/x", AccessDenied),
        ("a tenant called star", {**MEMBER, "tenant": "*"}, "s3://bkt/acme/x", AccessDenied),
        ("above", {**MEMBER, "tenant": ".."}, "s3://bkt/acme/x", AccessDenied),
        ("very many groups", {**MEMBER, "groups": ["tenants", *map(str, range(90))]}, "s3://bkt/acme/x", TooManyClaims),
    ],
)  # fmt: skip
def test_a_tenant_is_refused_before_sts_is_called(
    sentence: str, claims: Claims, target: str, refused: type[VendingError]
) -> None:
    sts = Sts()
    known = knowing(grant("s3://bkt/${claim.tenant}/* READWRITE", grantee=TENANTS))
    with pytest.raises(refused):
        vend(known, sts, who=outside(claims), target=target)
    assert sts.asked == []


def test_a_tenant_called_star_reaches_the_keys_below_a_star_alone() -> None:
    sts = Sts()
    known = knowing(grant("s3://bkt/${claim.tenant}/* READ", grantee=TENANTS))
    vend(
        known,
        sts,
        who=outside({**MEMBER, "tenant": "*"}),
        target="s3://bkt/*/x",
        privilege="Default",
    )
    policy = json.loads(sts.asked[0][0].policy)
    assert allows(policy, "s3:GetObject", "arn:aws:s3:::bkt/*/x", CONTEXT)
    assert not allows(policy, "s3:GetObject", "arn:aws:s3:::bkt/acme/x", CONTEXT)


def test_too_many_claims_are_explained_too() -> None:
    who = outside({"groups": [str(n) for n in range(90)]})
    request = CredentialsRequest.model_validate({"target": "s3://bkt/a", "permission": "READ"})
    answer = explained_to(who, request, record(), lambda *_: pytest.fail("the table was read"))
    assert (answer["decision"], answer["code"]) == ("refused", "TooManyClaims")
