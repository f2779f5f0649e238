"""The witnesses of a document with all kinds of grants, tried: who is named is vended and let in.

Each caller that `POST /admin/reach` names is made, and asks. S3 lets its session in exactly where
the question for that caller names the session's grants: also at keys near to the one in the answer.
"""

from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import ClientError

from local.cloud import aws
from local.cloud.client import Answer, Call, Credentials
from local.cloud.environments import ACCOUNT
from local.cloud.ministack import Cloud
from local.stack.seed import BUCKET
from tests.cloud.conftest import NewCaller

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

PLACE, ELSEWHERE = "witness", "192.0.2.7/32"
USER = f"arn:aws:iam::{ACCOUNT}:user"
ROLE = f"arn:aws:iam::{ACCOUNT}:role"
PERMISSIONS = {"READ": ("READ",), "WRITE": ("WRITE",), "READWRITE": ("READ", "WRITE")}

type Ask = Callable[..., list[Mapping[str, Any]]]
type Lend = Callable[..., Answer]


def line(
    id_: str, grantee: Mapping[str, object], scope: str, permission: str, **others: object
) -> dict[str, object]:
    return {
        "id": f"witness-{id_}",
        "owner": "witness-tests",
        "grantee": grantee,
        "scope": f"s3://{BUCKET}/{PLACE}/{scope}",
        "permission": permission,
    } | others


def grants(issuer: str) -> list[dict[str, object]]:
    reader, writer = {"iam": f"{USER}/WitnessReader"}, {"iam": f"{ROLE}/WitnessWriter"}
    tenants = {"issuer": issuer, "claims": {"groups": "witnesses"}}
    return [
        line("user", reader, "shared/*", "READ"),
        line("role", writer, "shared/in/*", "WRITE"),
        line("pair", writer, "shared/*", "READ"),
        line("key", reader, "files/one.csv", "READWRITE"),
        line("star", reader, "files/one*.csv", "READ"),
        line("homes", {"iam": ACCOUNT}, "home/${caller.kind}/${caller.name}/*", "READWRITE"),
        line("tenants", tenants, "tenants/${claim.tenant_id}/*", "READ"),
        line("paths", tenants, "paths/${claim.tenant_id:path}/in/*", "WRITE"),
        line("subject", {"issuer": issuer, "subject": "witness-7"}, "subject/*", "READWRITE"),
        line("here", reader, "here/*", "READ", sourceIp=["127.0.0.0/8"]),
        line("elsewhere", reader, "elsewhere/*", "READ", sourceIp=[ELSEWHERE]),
        line("later", reader, "later/*", "WRITE", expires="2099-01-01T00:00:00Z"),
    ]


@pytest.fixture(scope="module")
def granted(call: Call, cloud: Cloud, administrator: Credentials) -> Iterator[int]:
    """How many grants stand; none of them afterwards."""
    lines = grants(cloud.issuer.url)
    body = {"version": 1, "owner": "witness-tests", "grants": lines}
    answer = call("POST", "/admin/changes", body, administrator)
    assert answer.status == 200, answer.json
    yield len(lines)
    call("POST", "/admin/changes", body | {"grants": [], "prune": True}, administrator)


@pytest.fixture
def ask(call: Call, administrator: Credentials, granted: int) -> Ask:
    """`ask(target, permission, as_)`: the answers that name grants of this document."""

    def asked(target: object, permission: str, as_: object = None) -> list[Mapping[str, Any]]:
        body = {"target": target, "permission": permission} | ({"as": as_} if as_ else {})
        answer = call("POST", "/admin/reach", body, administrator)
        assert answer.status == 200, answer.json
        assert "nextToken" not in answer.json
        return [
            one for one in answer.json["reaches"] if ids(one) & {f"witness-{one}" for one in IDS}
        ]

    return asked


IDS = [str(one["id"]).removeprefix("witness-") for one in grants("")]


def ids(answer: Mapping[str, Any]) -> set[str]:
    return {one["id"] for one in answer["grants"]}


def named(witness: Mapping[str, Any]) -> dict[str, object]:
    """The caller of an answer, as a question names it, with every claim that it could have."""
    if "arn" in witness:
        return {"iam": witness["arn"]}
    email = {"email": "witness@example.com", "email_verified": True}
    claims = email | {"groups": "none", "tenant_id": "none"} | witness["claims"]
    return {"issuer": witness["issuer"], "subject": witness["subject"], "claims": claims}


@pytest.fixture(scope="module")
def lend(call: Call, cloud: Cloud, new_user: NewCaller, new_role: NewCaller) -> Lend:
    """`lend(as_, target, permission, privilege)`: the answer to this very caller, made first."""
    made: dict[str, Credentials] = {}

    def keys(arn: str) -> Credentials:
        if arn not in made:
            kind, name = arn.rpartition(":")[2].split("/")
            made[arn] = (new_role if kind == "role" else new_user)(name=name)
        return made[arn]

    def lent(as_: Mapping[str, Any], target: object, permission: str, privilege: str) -> Answer:
        body = {"target": target, "permission": permission, "privilege": privilege}
        if "iam" in as_:
            return call("POST", "/iam/credentials", body, keys(as_["iam"]))
        token = cloud.issuer.token({"sub": as_["subject"], **as_["claims"]})
        headers = {"Authorization": f"Bearer {token}"}
        return call("POST", "/web-identity/credentials", body, headers=headers)

    return lent


def near(key: str) -> list[str]:
    """The key, and others that a careless pattern would match, or miss."""
    folder, _, name = key.rpartition("/")
    above, _, last = folder.rpartition("/")
    return [
        *(
            key,
            f"{key}x",
            f"{key}/y",
            f"{folder}/{name}0",
            f"{folder}0/{name}",
            f"{folder}-x/{name}",
        ),
        *(f"{above}/x{last}/{name}", f"{above}/{name}", f"{folder}/x/y", key.upper(), f"{folder}"),
    ]


def lets(s3: "S3Client", key: str, permission: str) -> bool:
    """Whether S3 lets a session read or write the key."""
    try:
        if permission == "READ":
            s3.get_object(Bucket=BUCKET, Key=key)
        else:
            s3.put_object(Bucket=BUCKET, Key=key, Body=b"witness")
    except ClientError as error:
        if error.response["Error"]["Code"] == "AccessDenied":
            return False
        raise
    return True


@pytest.mark.parametrize("permission", PERMISSIONS)
def test_witnesses_are_let_in_where_they_are_named_and_nowhere_else(
    permission: str, ask: Ask, lend: Lend, cloud: Cloud, s3: "S3Client", granted: int
) -> None:
    answers = ask(f"s3://{BUCKET}/{PLACE}/*", permission)
    assert len(answers) == {"READ": 9, "WRITE": 6, "READWRITE": 4}[permission]
    for answer in answers:
        as_, target = named(answer["example"]["caller"]), answer["example"]["target"]
        lent = lend(as_, target, permission, "Default")
        assert lent.status == 200, (answer, lent.json)
        given = lent.json["credentials"]
        session = aws.s3(
            cloud,
            Credentials(given["accessKeyId"], given["secretAccessKey"], given["sessionToken"]),
        )
        witness = str(target).removeprefix(f"s3://{BUCKET}/")
        for key in near(witness):
            s3.put_object(Bucket=BUCKET, Key=key, Body=b"there")
            for part in PERMISSIONS[permission]:
                place = {"bucket": BUCKET, "key": key}
                said = {id_ for one in ask(place, part, as_) for id_ in ids(one)}
                assert (key == witness) <= bool(said & ids(answer))
                status = lend(as_, place, part, "Minimal").status
                assert status == (200 if said else 403), (as_, key, said)
                if not set("*?$") & set(witness):  # the local cloud reads escapes otherwise
                    opened = said & ids(answer) - {"witness-elsewhere"}
                    assert lets(session, key, part) is bool(opened), (answer, key, part)


def test_every_kind_of_grant_has_its_witness(ask: Ask, granted: int) -> None:
    answers = [one for each in PERMISSIONS for one in ask(f"s3://{BUCKET}/{PLACE}/*", each)]
    assert len(set().union(*map(ids, answers))) == granted
