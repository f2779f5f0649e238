"""What the real flow asks of STS for a case: effects are functions, all else is the code itself."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

from tests.narrowing.cases import BUCKET, Case, as_json, as_target
from tests.support.effects import lending, presign_effects, upload_effects
from tests.support.make import ACCOUNT, NOW, ROLE_ARN, Sts, location, record
from tests.support.tokens import ISSUER
from vending.bodies.parse import parse
from vending.callers.caller import Caller
from vending.callers.identity import IamIdentity, WebIdentity
from vending.callers.principal import Principal
from vending.credentials.request import CredentialsRequest
from vending.credentials.vend import vend_credentials
from vending.decision.effects import Known, LoadGrants
from vending.denials.denials import NOTHING_DENIED
from vending.grants.grant import Grant, Permission
from vending.grants.grantee import IamGrantee, WebGrantee
from vending.grants.scope import Scope
from vending.sessions.session import Session
from vending.sessions.signing_sessions import SigningSessions
from vending.uploads.request import UploadRequest
from vending.uploads.start import start_upload
from vending.urls.compact import parse_urls
from vending.urls.request import UrlsRequest
from vending.urls.signing import PresignEffects
from vending.urls.vend import vend_urls

ADDRESS = "192.0.2.7"
RANGES = ("192.0.2.0/29", "2001:db8::/64")
ENDPOINT = "vpce-0a1b2c3d"
KEY_ID = "key/0a1b2c3d-1111-2222-3333-444455556666"


@dataclass(frozen=True)
class Asked:
    """What STS was asked for, in its order."""

    sessions: Sequence[Session]


def role_arn(case: Case) -> str:
    return ROLE_ARN.replace("arn:aws:", f"arn:{case.partition}:")


def kms_key(case: Case) -> str:
    return f"arn:{case.partition}:kms:ap-northeast-1:{ACCOUNT}:{KEY_ID}"


def caller(case: Case) -> Caller:
    if case.caller == "web":
        claims: Any = {"groups": ["tenants", "x"], "tenant": case.tenant, "path": case.path}
        return Caller("web-identity", WebIdentity(ISSUER, "alice", claims, "a-hash"), ADDRESS)
    unique = "AROA2EXAMPLEEXAMPLE1" if case.caller == "role" else "AIDA2EXAMPLEEXAMPLE1"
    principal = Principal("aws", ACCOUNT, case.caller, case.name)
    session = "a-session" if case.caller == "role" else None
    return Caller("iam", IamIdentity(principal, unique, session), ADDRESS)


def granted(case: Case) -> Grant:
    """The one that shall answer."""
    if case.caller == "web":
        grantee: Any = WebGrantee(ISSUER, None, (("groups", '"tenants"'),))
    else:
        grantee = IamGrantee(Principal("aws", ACCOUNT, case.caller, case.name))
    return Grant(
        "the-grant",
        grantee,
        Scope.parse(f"s3://{BUCKET}/{case.scope}"),
        Permission(case.permission),
        expires=None if case.expires is None else NOW + timedelta(seconds=case.expires),
        source_ip={"caller": "caller", "ranges": RANGES}.get(case.condition),  # type: ignore[arg-type]
        vpc_endpoint=ENDPOINT if case.condition == "vpce" else None,
        max_object_size=1000 if case.limits else None,
        versions=case.versions,
        tagging=case.tagging,
    )


def others(case: Case) -> list[Grant]:
    """Of somebody else, of another permission, over: none of them may answer."""
    own = granted(case)
    whole = Scope.parse(f"s3://{BUCKET}/*")
    somebody = IamGrantee(Principal("aws", ACCOUNT, "user", "somebody"))
    wide = {"scope": whole, "permission": Permission.READWRITE}
    strangers = [
        Grant("a-users", somebody, **wide),  # type: ignore[arg-type]
        Grant("a-roles", IamGrantee(Principal("aws", ACCOUNT, "role", "somebody")), **wide),  # type: ignore[arg-type]
        Grant("another-issuers", WebGrantee(ISSUER + "/x", "alice"), **wide),  # type: ignore[arg-type]
        Grant("other-claims", WebGrantee(ISSUER, None, (("groups", '"admins"'),)), **wide),  # type: ignore[arg-type]
        Grant("of-a-number", WebGrantee(ISSUER, None, (("groups", "true"),)), **wide),  # type: ignore[arg-type]
        Grant("over", own.grantee, whole, Permission.READWRITE, expires=NOW),
        replace(own, id="of-another-bucket", scope=Scope.parse("s3://bkt2/*")),
    ]
    lacking = {"READ": "WRITE", "WRITE": "READ", "READWRITE": "READ"}[case.wants]
    return [
        *strangers,
        replace(own, id="lacking", scope=own.scope, permission=Permission(lacking), source_ip=None),
    ]


def wider(case: Case) -> list[Grant]:
    """The caller's own, but less close than the one that shall answer."""
    if case.scope == "*":
        return []
    own = granted(case)
    whole, both = Scope.parse(f"s3://{BUCKET}/*"), Permission.READWRITE
    return [Grant("wider", own.grantee, whole, both, versions=True, tagging=True)]


def knowing(case: Case, *, with_wider: bool) -> LoadGrants:
    here = location(account=case.account, kms_key=kms_key(case) if case.kms else None)
    grants = (*(wider(case) if with_wider else []), *others(case), granted(case))
    return lambda keys, bucket: Known(grants, (here,), NOTHING_DENIED)


def lend(case: Case, targets: Sequence[tuple[str, bool]] | None = None) -> Asked:
    """Ask for the case's targets, or for others; raises what the flow raises.

    A wider grant of the caller's lies about where a closer one has to answer.
    """
    load_grants = knowing(case, with_wider=targets is None)
    wanted = [as_target(key, is_prefix=whole) for key, whole in targets or case.targets]
    sts = Sts()
    try:
        if case.how in ("Minimal", "Default"):
            _credentials(case, sts, load_grants, wanted)
        elif case.how == "upload":
            _upload(case, sts, load_grants, wanted[0])
        else:
            _url(case, sts, load_grants, wanted[0])
    except Exception:
        assert not sts.asked, "refused, and STS was called"
        raise
    return Asked([session for session, _ in sts.asked])


def _credentials(
    case: Case, sts: Sts, load_grants: LoadGrants, wanted: list[dict[str, str]]
) -> None:
    body: dict[str, object] = {"targets": wanted, "permission": case.asked, "privilege": case.how}
    vend_credentials(
        caller(case),
        parse(CredentialsRequest, as_json(body)),
        record(),
        lending(load_grants, sts.assume_role, role_arn=role_arn(case)),
    )


def _signing(case: Case, sts: Sts, load_grants: LoadGrants) -> PresignEffects:
    sessions = SigningSessions(sts.assume_role, lambda: "asession", lambda: NOW)
    return presign_effects(load_grants, sessions.lasting_until, role_arn=role_arn(case))


def _url(case: Case, sts: Sts, load_grants: LoadGrants, wanted: dict[str, str]) -> None:
    sizes: dict[str, object] = {
        "PUT": {"contentLength": 10},
        "POST": {"contentLengthRange": [0, 9]},
    }.get(case.how, {})  # type: ignore[assignment]
    body = parse_urls(
        as_json({"expiresIn": 60, "requests": [{"method": case.how, "target": wanted, **sizes}]})
    )
    assert isinstance(body, UrlsRequest)
    vend_urls(caller(case), body, record(), _signing(case, sts, load_grants))


def _upload(case: Case, sts: Sts, load_grants: LoadGrants, wanted: dict[str, str]) -> None:
    request = parse(UploadRequest, as_json({"target": wanted, "size": 1000, "expiresIn": 60}))
    effects = upload_effects(
        _signing(case, sts, load_grants),
        start=lambda url, headers: "an-id",
        abort=lambda url: None,
        save=lambda upload: None,
        load=lambda name: None,
        new_id=lambda: "anupload",
    )
    start_upload(caller(case), request, record(), effects)
