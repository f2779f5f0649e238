"""Who was granted what, where the attacks take place."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, redirect_stdout
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from importlib.util import module_from_spec, spec_from_file_location
from io import StringIO
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import pytest
from moto import mock_aws

from tests.attacks import links
from tests.attacks.attack import BUCKET, Event
from tests.support.make import ACCOUNT, ROLE_ARN, USER_ARN, grant, location
from tests.support.stack import lists, tables
from tests.support.tokens import ISSUER, issuer, jwks
from vending.aws.services.client import client
from vending.aws.staging import staged
from vending.aws.table import catalogue, revocations
from vending.aws.table import uploads as table_uploads
from vending.callers.issuer import Claim
from vending.callers.principal import Principal
from vending.catalogue.batches import batches
from vending.catalogue.changes import Change
from vending.denials.denials import WIDTHS, Denials, Place
from vending.denials.holders import Holders, encode
from vending.denials.names import grant_part
from vending.documents.expectation import ExpectationBody
from vending.grants.grantee import IamGrantee, WebGrantee
from vending.grants.keys import Keys
from vending.ids import short_hash
from vending.sessions.signing_sessions import SigningSessions
from vending.staging.staged import Announced, Staged
from vending.table import HOLDERS
from vending.uploads.upload import Sizes, Upload

FUNCTIONS = Path(__file__).parents[2] / "functions"
PARTNER = "210987654321"  # another account, whose bucket is registered
PARTNERS_ROLE = f"arn:aws:iam::{PARTNER}:role/Partner"  # which the stack may assume
SAM = "aws-sam-cli-managed-default-samclisourcebucket-1a2b3c4d5e6f7"
PARTNERS_TRAIL = "partner-audittrailbucket-1a2b3c4d5e6f"
DEPLOYS = "deploys-prod"  # the stack's NeverLentBuckets has it
KMS_KEY = f"arn:aws:kms:ap-northeast-1:{ACCOUNT}:key/0a1b2c3d"
OTHER_ISSUER = "https://other.example.com"
WEB = "team-web"  # which owns some entries; nobody owns the rest
CI_ISSUER = "https://ci.example.com"  # its callers are repositories, each with many subjects
BLOCKED_ISSUER = "https://blocked.example.com"
MINE, ANOTHERS, A_FORMER_USERS, LIMITED = (letter * 16 for letter in "abcd")  # ids of uploads
CONTEXT = SimpleNamespace(
    function_name="f",
    memory_limit_in_mb=1,
    invoked_function_arn=f"arn:aws:lambda:ap-northeast-1:{ACCOUNT}:function:f",
    aws_request_id="r",
)
ENVIRONMENT = {
    "AWS_ACCESS_KEY_ID": "testing",
    "AWS_SECRET_ACCESS_KEY": "testing",
    "AWS_REGION": "ap-northeast-1",
    "AWS_DEFAULT_REGION": "ap-northeast-1",
    "TABLE_NAME": "grants",
    "ROLE_ARN": ROLE_ARN,
    "GRANTS_CACHE_SECONDS": "0",  # so that every read is seen
    "RATE_LIMIT_REQUESTS": "0",
    "RATE_LIMIT_URLS": "0",
    "RATE_LIMIT_FAILURE": "refuse",
    "S3_ENDPOINT": "",
    "STS_ENDPOINT": "",
    "ALLOW_LOCAL_ISSUERS": "false",
    "ASSUMABLE_ROLES_PARAMETER": "/s3vend/s3vend/assumable-role-arns",
    "NEVER_LENT_PARAMETER": "/s3vend/s3vend/never-lent-buckets",
    "HISTORY_DAYS": "400",
    "METRICS_NAMESPACE": "s3vend/s3vend",
    "LOG_GROUPS": "credentials-log,presigned-urls-log",
    "DENIAL_POLICY_NAME": "S3VendDenials",
    "TRACED": "false",
    "SHARING": "true",
    "LINKS_URL_PARAMETER": "/s3vend/s3vend/links-url",
}
VAULT = {"id": "vault", "scope": f"s3://{BUCKET}/vault/*", "onlyReachedBy": []}
ACCOUNT_WIDE = IamGrantee(ACCOUNT)


def role(name: str, unique_id: str | None = None) -> IamGrantee:
    return IamGrantee(Principal.parse(f"arn:aws:iam::{ACCOUNT}:role/{name}"), unique_id)


def of_user(name: str) -> IamGrantee:
    return IamGrantee(Principal.parse(f"arn:aws:iam::{ACCOUNT}:user/{name}"))


TENANTS = WebGrantee(ISSUER, claims=(("groups", '"tenants"'),))
GRANTED: list[tuple[str, str, dict[str, Any]]] = [
    ("reports", f"s3://{BUCKET}/reports/* READ", {}),
    ("stars", f"s3://{BUCKET}/reports*/* READ", {}),
    ("dollars", f"s3://{BUCKET}/$a?b/* READ", {}),
    ("one", f"s3://{BUCKET}/one.csv READ", {}),
    ("drop", f"s3://{BUCKET}/drop/* WRITE", {}),
    ("small", f"s3://{BUCKET}/small/* READWRITE", {"max_object_size": 10, "content_types": ("image/*",)}),
    ("brief", f"s3://{BUCKET}/brief/* READ", {"max_duration": 60}),
    ("old", f"s3://{BUCKET}/old/* READ", {"expires": datetime(2026, 1, 1, tzinfo=UTC)}),
    ("nowhere", "s3://unregistered-bucket/* READ", {}),
    ("partners", "s3://partner-bucket/shared/* READWRITE", {}),
    ("sams", f"s3://{SAM}/x/* READWRITE", {}),
    ("trails", f"s3://{PARTNERS_TRAIL}/x/* READ", {}),
    ("deploys", f"s3://{DEPLOYS}/x/* READWRITE", {}),
    ("sealed", "s3://sealed-bucket/* READ", {}),
    ("theirs", "s3://theirs-bucket/* READ", {}),
    ("bobs", f"s3://{BUCKET}/bobs/* READ", {"grantee": of_user("Bob"), "owner": WEB}),
    ("readers", f"s3://{BUCKET}/roles/* READ", {"grantee": role("Reader")}),
    ("pinned", f"s3://{BUCKET}/pinned/* READ", {"grantee": role("Pinned", "AROA2EXAMPLEEXAMPLE1")}),
    ("homes", f"s3://{BUCKET}/home/${{caller.kind}}/${{caller.name}}/* READWRITE", {"grantee": ACCOUNT_WIDE}),
    ("tenants", f"s3://{BUCKET}/tenants/${{claim.tenant}}/* READ", {"grantee": TENANTS}),
    ("teams", f"s3://{BUCKET}/teams/${{claim.team:path}}/* READ", {"grantee": TENANTS}),
    ("alices", f"s3://{BUCKET}/alice/* READ", {"grantee": WebGrantee(ISSUER, "alice")}),
    ("closed", f"s3://{BUCKET}/closed/* READ", {}),
    ("recent", f"s3://{BUCKET}/recent/* READ", {}),
    ("apps", f"s3://{BUCKET}/apps/* READ", {"grantee": WebGrantee(CI_ISSUER, claims=(("owner", '"octo"'),))}),
    ("stopped", f"s3://{BUCKET}/stopped/* READ", {"grantee": WebGrantee(BLOCKED_ISSUER, "alice")}),
    ("others", f"s3://{BUCKET}/others/* READ", {"grantee": WebGrantee(OTHER_ISSUER, "alice")}),
    *links.GRANTS,
]  # fmt: skip
GRANTS = [grant(line, id=id_, **members) for id_, line, members in GRANTED]


def denials() -> Denials:
    """Callers and grants that are blocked, and some that are revoked at every moment."""
    moment = datetime(2100, 1, 1, tzinfo=UTC)
    callers = {
        "user/Blocked": None,
        "role/BlockedRole": None,
        "user/Recent": moment,
    }
    subjects = {"blocked": None, "recent": moment}
    places = [
        *((_caller(f"arn:aws:iam::{ACCOUNT}:{name}"), time) for name, time in callers.items()),
        *((_caller(f"{ISSUER} {name}"), time) for name, time in subjects.items()),
        (Place("grant", grant_part("closed")), None),
        (Place("grant", grant_part("recent")), moment),
    ]
    repository = Holders(CI_ISSUER, (("repository_id", '"666"'),))
    return replace(Denials.of(places), holders={repository: None, Holders(BLOCKED_ISSUER): None})


def _caller(canonical: str) -> Place:
    return Place("caller", short_hash(canonical, WIDTHS["caller"]))


def uploads(now: datetime) -> Iterator[Upload]:
    """Uploads that run: each has two parts."""
    unique = f"{USER_ARN} AIDA2EXAMPLEEXAMPLE1"
    for id_, caller, key, sizes in (
        (MINE, unique, "drop/mine", Sizes(2)),
        (ANOTHERS, f"arn:aws:iam::{ACCOUNT}:user/Bob AIDA2EXAMPLEEXAMPLE2", "drop/bobs", Sizes(2)),
        (A_FORMER_USERS, f"{USER_ARN} AIDA2EXAMPLEEXAMPLE0", "drop/before", Sizes(2)),
        (LIMITED, unique, "small/planned", Sizes(2, 6, 12)),
    ):
        ends = now + timedelta(days=1)
        yield Upload(id_, caller, Keys(BUCKET, key), "an-s3-id", sizes, None, None, ends)


def staged_changes(now: datetime) -> Iterator[Staged]:
    """Large changes that are staged, of which no part has arrived; none of them is written."""
    boss = f"arn:aws:iam::{ACCOUNT}:user/Administrator"
    for letter, by, state, age in (
        ("a", f"{boss} AIDA2EXAMPLEEXAMPLE2", "open", 0),
        ("b", f"arn:aws:iam::{ACCOUNT}:user/Bob AIDA2EXAMPLEEXAMPLE3", "open", 0),
        ("c", f"{boss} AIDA2EXAMPLEEXAMPLE0", "open", 0),
        ("d", f"{boss} AIDA2EXAMPLEEXAMPLE2", "open", 1),
        ("e", f"{boss} AIDA2EXAMPLEEXAMPLE2", "cancelled", 0),
    ):
        announced = Announced("0" * 64, {"grants": 2}, 2, None, None, prune=True)
        made = Staged(letter * 16, by, now - timedelta(days=age), announced)
        yield replace(made, state="cancelled" if state == "cancelled" else "open")


def fill(dynamodb: Any) -> None:
    """The table, with everything above."""
    tables.create(dynamodb, "grants")
    lists.put(ENVIRONMENT["ASSUMABLE_ROLES_PARAMETER"], ROLE_ARN, PARTNERS_ROLE)
    lists.put(ENVIRONMENT["NEVER_LENT_PARAMETER"], "*-audittrailbucket-*", "deploys-*")
    trusted = [
        issuer(
            url,
            jwks=jwks().decode(),
            tenancy="own",
            claims=tuple(Claim(one, (one,)) for one in claims),
            caller_claims=("repository_id",) if url == CI_ISSUER else (),
            owner=WEB if url == OTHER_ISSUER else None,
        )
        for url, claims in (
            (ISSUER, ("groups", "tenant", "team")),
            (OTHER_ISSUER, ()),
            (CI_ISSUER, ("repository_id", "owner", "ref")),
            (BLOCKED_ISSUER, ()),
        )
    ]
    registered = [
        location(BUCKET),
        location("partner-bucket", account=PARTNER),
        location("sealed-bucket", kms_key=KMS_KEY, owner=WEB),
        location(SAM),
        location("theirs-bucket", role=PARTNERS_ROLE),
        location(PARTNERS_TRAIL, role=PARTNERS_ROLE),
        location(DEPLOYS, role=PARTNERS_ROLE),
    ]
    changes = [
        *(Change("grant", one.id, "", None, one) for one in GRANTS),
        *(Change("issuer", one.id, "", None, one) for one in trusted),
        *(Change("location", one.id, "", None, one) for one in registered),
        Change("test", "vault", "", None, ExpectationBody.model_validate(VAULT).expectation()),
    ]
    for revision, batch in enumerate(batches(changes, {})):
        catalogue.commit(dynamodb, "grants", batch, revision)
    denied = denials()
    revocations.save_denials(dynamodb, "grants", denied.encode(), None)
    revocations.save_denials(dynamodb, "grants", encode(denied.holders), None, key=HOLDERS)
    for one in staged_changes(datetime.now(UTC)):
        staged.save(dynamodb, "grants", one, None)
    for upload in uploads(datetime.now(UTC)):
        table_uploads.save_upload(dynamodb, "grants", upload)
    lists.put(ENVIRONMENT["LINKS_URL_PARAMETER"], "https://vend.example.com/v1")
    links.fill(dynamodb, datetime.now(UTC))


class World:
    """The functions as Lambda loads them; what they call and what they write."""

    def __init__(self) -> None:
        self.out = StringIO()
        self.calls: list[str] = []
        self.policies: list[str] = []
        self.loaded = {name: self._load(name) for name in NAMES}
        lenders = self.loaded["credentials"].assume_role, self.loaded["presigned_urls"].sessions.assume_role, self.loaded["sts"].assume_role, self.loaded["shares"].sharing.sessions.assume_role  # fmt: skip
        self.lend: Callable[..., Any] = lenders[1]
        clients = [vars(module).get("dynamodb") or vars(module).get("cloudwatch") for module in self.loaded.values()]  # fmt: skip
        asked = [one for one in clients if one is not None]
        asked.append(self.loaded["shares"].environment.dynamodb)
        for one in (*asked, *(lender.args[0] for lender in lenders)):
            one.meta.events.register("provide-client-params", self._count)

    def answer(self, event: Event) -> dict[str, Any]:
        """What is answered by an environment that keeps no session; `out` has what it writes."""
        path = event["requestContext"]["resourcePath"]
        name = "authorizer" if event.get("type") == "REQUEST" else function_of(path)
        if event["requestContext"]["httpMethod"] == "OPTIONS":
            name = "preflights"
        module: Any = self.loaded[name]
        if name == "presigned_urls":  # a session that is kept would hide a call
            module.sessions = SigningSessions(self.lend, module.new_id, module.now)
        if name == "shares":
            module.sharing.sessions._cache.clear()  # noqa: SLF001 - as above
        self.calls.clear()
        self.policies.clear()
        self.out.seek(0)
        self.out.truncate()
        with redirect_stdout(self.out):
            answered: dict[str, Any] = module.handler(event, CONTEXT)
        return answered

    def _load(self, name: str) -> ModuleType:
        spec = spec_from_file_location(f"attacked_{name}", FUNCTIONS / f"{name}.py")
        assert spec
        assert spec.loader
        module = module_from_spec(spec)
        with redirect_stdout(self.out):  # loggers keep the stdout that they began with
            spec.loader.exec_module(module)
        return module

    def _count(self, params: Mapping[str, Any], model: Any, **_: Any) -> None:
        self.calls.append(model.name)
        if model.name == "AssumeRole":
            self.policies.append(params["Policy"])


NAMES = (
    *("credentials", "presigned_urls", "sts", "access", "administration", "audit"),
    *("authorizer", "preflights", "shares"),
)


def function_of(path: str) -> str:
    """The function that the template gives a route to."""
    if path.startswith("/s/") or "shares" in path.split("/"):
        return "shares"
    if path.startswith("/admin"):
        return "audit" if path.split("/")[2] in ("audit", "sessions", "vends") else "administration"
    if path.startswith("/sts/"):
        return "sts"
    last = path.split("/")[2] if path.count("/") > 1 else ""
    return {
        "credentials": "credentials",
        "presigned-urls": "presigned_urls",
        "multipart-uploads": "presigned_urls",
    }.get(last, "access")


@contextmanager
def standing() -> Iterator[World]:
    """The world, for as long as the block runs."""
    with mock_aws(), pytest.MonkeyPatch.context() as patch:
        for name, value in (ENVIRONMENT | {"POWERTOOLS_SERVICE_NAME": "attacked"}).items():
            patch.setenv(name, value)
        fill(client("dynamodb", "ap-northeast-1"))
        yield World()
