"""The kill switch for real: S3 itself says no to who was revoked, and to nobody else."""

import json
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import urllib3
from botocore.exceptions import ClientError

from local import canary
from local.cloud import aws
from local.cloud.client import Answer, Call, Credentials
from local.cloud.ministack import Cloud
from local.messages import LocalError
from local.stack.deploy import Stack
from tests.cloud.conftest import Apply, NewCaller

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

ACCOUNT = "123456789012"
BUCKET = "hogehoge-bucket"
KEY = "revoked/report.csv"
SOON = 30.0  # seconds; far more than it takes


ROLE, POLICY = "AllowedAssumeS3Role", "S3VendDenials"
EVENT = Path(__file__).parents[2] / "events/reconciliation.json"

type Revoke = Callable[..., Answer]
type Reconcile = Callable[[], None]


@dataclass(frozen=True, slots=True)
class Holder:
    """One of several callers with grants to the same keys."""

    name: str
    keys: Credentials
    call: Call
    cloud: Cloud

    @property
    def grantee(self) -> dict[str, str]:
        return {"iam": f"arn:aws:iam::{ACCOUNT}:user/{self.name}"}

    def ask(self, route: str, body: object) -> Answer:
        return self.call("POST", f"/iam/{route}", body, self.keys)

    def asks_for_credentials(self) -> Answer:
        return self.ask("credentials", {"target": f"s3://{BUCKET}/{KEY}", "permission": "READ"})

    def asks_for_urls(self) -> Answer:
        """One to read with, and a form to upload with, of one session."""
        requests = [
            {"method": "GET", "target": f"s3://{BUCKET}/{KEY}"},
            {"method": "POST", "target": f"s3://{BUCKET}/revoked/{self.name}"},
        ]
        return self.ask("presigned-urls", {"expiresIn": 900, "requests": requests})

    def holds(self) -> "Held":
        """What it is handed out, as soon as it is."""
        answers: list[Answer] = []

        def both() -> bool:
            answers[:] = self.asks_for_credentials(), self.asks_for_urls()
            return all(one.status == 200 for one in answers)

        until(both)
        credentials, urls = answers
        lent = credentials.json["credentials"]
        keys = Credentials(lent["accessKeyId"], lent["secretAccessKey"], lent["sessionToken"])
        return Held(aws.s3(self.cloud, keys), credentials.json, urls.json)


@dataclass(frozen=True, slots=True)
class Held:
    """Credentials and URLs that were handed out."""

    s3: "S3Client"
    credentials: Any
    urls: Any

    @property
    def works(self) -> tuple[bool, bool, bool]:
        """Whether S3 takes the credentials, the URL and the form."""
        read, form = self.urls["urls"]
        with urllib3.PoolManager() as http:
            got = http.request(read["method"], read["url"], retries=False).status
            fields = {**form["fields"], "file": ("a", b"a report")}
            put = http.request("POST", form["url"], fields=fields, retries=False).status
        assert {got, put} <= {200, 204, 403}
        try:
            self.s3.get_object(Bucket=BUCKET, Key=KEY)
        except ClientError as error:
            if error.response["Error"]["Code"] != "AccessDenied":
                raise
            return False, got == 200, put == 204
        return True, got == 200, put == 204


ALL, NOTHING = (True, True, True), (False, False, False)


def until(true: Callable[[], bool]) -> None:
    """Wait for what spreads."""
    start = time.monotonic()
    while not true():
        assert time.monotonic() - start < SOON
        time.sleep(0.2)


@pytest.fixture(scope="module")
def holders(
    cloud: Cloud, call: Call, apply: Apply, new_user: NewCaller, s3: "S3Client"
) -> Iterator[Callable[[], tuple[Holder, Holder]]]:
    """Two new callers each time, with a grant each to the same prefix."""
    s3.put_object(Bucket=BUCKET, Key=KEY, Body=b"a report")
    numbers = iter(range(100))

    def pair() -> tuple[Holder, Holder]:
        names = [f"Holder{next(numbers)}" for _ in range(2)]
        made = [Holder(name, new_user(name), call, cloud) for name in names]
        grants = [
            {
                "id": one.name,
                "grantee": one.grantee,
                "scope": f"s3://{BUCKET}/revoked/*",
                "permission": "READWRITE",
            }
            for one in made
        ]
        apply({"version": 1, "grants": grants})
        return made[0], made[1]

    yield pair
    s3.delete_object(Bucket=BUCKET, Key=KEY)


@pytest.fixture(scope="module")
def revoke(call: Call, administrator: Credentials) -> Revoke:
    """``revoke(caller=…)``: what was handed out until now, if no other kind is said."""

    def asked(**whose: object) -> Answer:
        body = {"kind": "sessions", "reason": "a test"} | whose
        return call("POST", "/admin/revocations", body, administrator)

    return asked


@pytest.fixture(scope="module")
def lift(call: Call, administrator: Credentials) -> Callable[[Answer], Answer]:
    def asked(revoked: Answer) -> Answer:
        id_ = revoked.json["revocation"]["id"]
        return call("DELETE", f"/admin/revocations/{id_}", None, administrator)

    return asked


@pytest.fixture(scope="module")
def reconcile(cloud: Cloud, stack: Stack) -> Reconcile:
    """As the schedule does."""
    resources = aws.cloudformation(cloud).describe_stack_resources(StackName=stack.name)
    (name,) = (
        one["PhysicalResourceId"]
        for one in resources["StackResources"]
        if one["LogicalResourceId"] == "RevocationsFunction"
    )

    def run() -> None:
        answer = aws.functions(cloud).invoke(FunctionName=name, Payload=EVENT.read_bytes())
        assert "FunctionError" not in answer, answer["Payload"].read()

    return run


def policy(cloud: Cloud) -> Any:
    return aws.iam(cloud).get_role_policy(RoleName=ROLE, PolicyName=POLICY)["PolicyDocument"]


def test_of_two_callers_one_is_revoked_and_the_other_goes_on(
    holders: Callable[[], tuple[Holder, Holder]], revoke: Revoke
) -> None:
    one, other = holders()
    ones, others = one.holds(), other.holds()
    assert (ones.works, others.works) == (ALL, ALL)
    answer = revoke(caller=one.grantee)
    assert answer.status == 200, answer.json
    assert answer.json["denialWritten"] is True
    until(lambda: ones.works == NOTHING)
    assert others.works == ALL
    # New vends go on, and no function signs with a session that is dead.
    until(lambda: one.holds().works == ALL)
    assert ones.works == NOTHING


def test_a_block_ends_everything_of_a_caller_until_it_is_lifted(
    holders: Callable[[], tuple[Holder, Holder]], revoke: Revoke, lift: Callable[[Answer], Answer]
) -> None:
    one, other = holders()
    ones, others = one.holds(), other.holds()
    blocked = revoke(caller=one.grantee, kind="block")
    until(lambda: ones.works == NOTHING)
    until(lambda: one.asks_for_credentials().status == one.asks_for_urls().status == 403)
    assert one.asks_for_urls().json["code"] == "Blocked"
    assert one.call("GET", "/iam/grants", None, one.keys).status == 403
    assert others.works == ALL
    assert other.holds().works == ALL

    assert lift(blocked).json["revocation"]["state"] == "lifted"
    until(lambda: one.holds().works == ALL)
    assert ones.works == NOTHING


@pytest.mark.parametrize("by", ["sessionId", "vendId", "grantId"])
def test_a_session_a_vend_and_a_grant_are_revoked_alone(
    by: str, holders: Callable[[], tuple[Holder, Holder]], revoke: Revoke
) -> None:
    one, other = holders()
    ones, others = one.holds(), other.holds()
    of = {"grantId": one.name} if by == "grantId" else {by: ones.urls[by]}
    found: list[Answer] = []

    def asked() -> bool:  # records come seconds late
        found.append(revoke(**of))
        assert found[-1].status in (200, 404), found[-1].json
        return found[-1].status == 200

    until(asked)
    until(lambda: ones.works[1:] == (False, False))
    assert ones.works[0] is (by != "grantId"), "its credentials are another session's"
    assert others.works == ALL
    if by == "vendId":
        assert ones.urls["vendId"] in found[-1].json["vends"]
        assert found[-1].json["revocation"]["sessionId"] == ones.urls["sessionId"]


def test_a_revocation_is_listed_with_who_when_and_why(
    revoke: Revoke, call: Call, administrator: Credentials
) -> None:
    revoked = revoke(sessionId="a" * 16, reason="a laptop was stolen").json["revocation"]
    listed = call("GET", "/admin/revocations?limit=1", None, administrator).json
    assert listed["revocations"] == [revoked], "the newest first"
    assert revoked["reason"] == "a laptop was stolen"
    assert revoked["by"]["arn"].startswith(f"arn:aws:iam::{ACCOUNT}:user/")
    one = call("GET", f"/admin/revocations/{revoked['id']}", None, administrator)
    assert one.json == revoked


def test_a_policy_that_was_deleted_by_hand_comes_back(
    cloud: Cloud, reconcile: Reconcile, revoke: Revoke
) -> None:
    revoke(sessionId="b" * 16)
    before = policy(cloud)
    aws.iam(cloud).delete_role_policy(RoleName=ROLE, PolicyName=POLICY)
    reconcile()
    assert policy(cloud) == before


def test_only_one_of_two_administrators_lifts_it_and_both_see_it_lifted(
    revoke: Revoke, lift: Callable[[Answer], Answer]
) -> None:
    blocked = revoke(grantId="nobodys", kind="block")
    with ThreadPoolExecutor(2) as pool:
        answers = list(pool.map(lift, [blocked, blocked]))
    assert {one.status for one in answers} <= {200, 412}
    assert 200 in {one.status for one in answers}
    assert lift(blocked).json["revocation"]["state"] == "lifted"


def test_five_hundred_revocations_at_once_fit_and_hold(
    cloud: Cloud,
    stack: Stack,
    holders: Callable[[], tuple[Holder, Holder]],
    revoke: Revoke,
    reconcile: Reconcile,
) -> None:
    one, other = holders()
    ones, others = one.holds(), other.holds()
    callers = [
        one.grantee,
        *({"iam": f"arn:aws:iam::{ACCOUNT}:role/Role{number}"} for number in range(499)),
    ]
    with ThreadPoolExecutor(16) as pool:
        answers = list(pool.map(lambda caller: revoke(caller=caller, kind="block"), callers))
    assert {answer.status for answer in answers} == {200}
    assert all(answer.json["denialWritten"] for answer in answers)
    inline = aws.iam(cloud).list_role_policies(RoleName=ROLE)["PolicyNames"]
    documents = [
        aws.iam(cloud).get_role_policy(RoleName=ROLE, PolicyName=name)["PolicyDocument"]
        for name in inline
    ]
    assert sum(len(json.dumps(one, separators=(",", ":"))) for one in documents) <= 10_240
    until(lambda: ones.works == NOTHING)
    assert others.works == ALL
    # The other tests need not carry them.
    table = aws.dynamodb(cloud)
    for answer in answers:
        key = {"pk": {"S": "revocations"}, "sk": {"S": answer.json["revocation"]["id"]}}
        table.delete_item(TableName=stack.outputs["TableName"], Key=key)
    reconcile()


def test_the_canary_measures_how_long_a_revoked_url_lives(
    cloud: Cloud, stack: Stack, user: Credentials, administrator: Credentials
) -> None:
    settings = {
        "S3VEND_URL": stack.url,
        "AWS_REGION": "ap-northeast-1",
        "AWS_ACCESS_KEY_ID": user.access_key_id,
        "AWS_SECRET_ACCESS_KEY": user.secret_access_key,
        "S3VEND_ADMIN_ACCESS_KEY_ID": administrator.access_key_id,
        "S3VEND_ADMIN_SECRET_ACCESS_KEY": administrator.secret_access_key,
    }
    measured = canary.measure(settings)
    assert measured.denialWritten
    assert 0 < measured.denied < canary.PATIENCE
    with pytest.raises(LocalError, match="AWS_REGION"):
        canary.measure({"S3VEND_URL": stack.url})
