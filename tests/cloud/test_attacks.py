"""Attacks that need a door, S3 or the lent role itself; the corpus is in tests/attacks."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import pytest
import urllib3
from botocore.exceptions import ClientError

from local.cloud import aws
from local.cloud.client import Call, Credentials
from local.cloud.client import call as send
from local.cloud.ministack import Cloud
from local.stack.deploy import Stack
from local.stack.seed import BUCKET, OBJECTS
from tests.acceptance.acts import outside
from tests.attacks.doors import KNOCKS, SECRET, TRIES, URLS, Knock
from vending.aws.environment.runtime import VERSION

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

S3 = f"s3://{BUCKET}"
REPORTS = {"target": f"{S3}/reports/*", "permission": "READ"}
UPLOAD = {"method": "PUT", "target": f"{S3}/uploads/attacked"}

WHO = {
    "door": "iam",
    "arn": "arn:aws:iam::123456789012:user/AssumeS3User",
    "version": VERSION,
}


@pytest.mark.parametrize("knock", KNOCKS, ids=lambda knock: knock.attempt)
def test_a_door_opens_to_who_signed_and_to_what_was_signed(
    knock: Knock, call: Call, user: Credentials
) -> None:
    answer = call(knock.method, knock.path, knock.body, user, headers=knock.headers)
    assert answer.status == knock.status, answer.json
    if knock.status == 200:
        assert answer.json == WHO


def test_a_signature_for_another_region_opens_no_door(stack: Stack, user: Credentials) -> None:
    answer = send("GET", f"{stack.url}/iam/identity", None, user, region="us-east-1")
    assert answer.status == 403


def test_a_token_in_the_query_opens_no_door(cloud: Cloud, call: Call) -> None:
    token = cloud.issuer.token(outside.GOOGLE_SHAPED)
    assert call("GET", f"/web-identity/identity?Authorization={token}").status == 401


@pytest.fixture(scope="module")
def reader(cloud: Cloud, call: Call, user: Credentials) -> "S3Client":
    """S3 with credentials that were lent for the reports."""
    lent = call("POST", "/iam/credentials", REPORTS, user).json["credentials"]
    keys = Credentials(lent["accessKeyId"], lent["secretAccessKey"], lent["sessionToken"])
    return aws.s3(cloud, keys)


@pytest.fixture(scope="module")
def writer(cloud: Cloud, call: Call, user: Credentials) -> "S3Client":
    """The same for uploads."""
    asked = {"target": f"{S3}/uploads/*", "permission": "WRITE"}
    lent = call("POST", "/iam/credentials", asked, user).json["credentials"]
    keys = Credentials(lent["accessKeyId"], lent["secretAccessKey"], lent["sessionToken"])
    return aws.s3(cloud, keys)


@pytest.mark.parametrize(("who", "attempt", "operation", "asked"), TRIES, ids=[one[1] for one in TRIES])  # fmt: skip
def test_what_was_lent_does_no_more_than_it_was_lent_for(
    who: str,
    attempt: str,
    operation: str,
    asked: dict[str, Any],
    reader: "S3Client",
    writer: "S3Client",
) -> None:
    client = {"reader": reader, "writer": writer}[who]
    with pytest.raises(ClientError) as error:
        getattr(client, operation)(Bucket=BUCKET, **asked)
    assert error.value.response["ResponseMetadata"]["HTTPStatusCode"] == 403


@pytest.fixture(scope="module")
def pool() -> Iterator[urllib3.PoolManager]:
    with urllib3.PoolManager() as made:
        yield made


@pytest.mark.parametrize(("attempt", "method", "more"), URLS, ids=[one[0] for one in URLS])
def test_a_url_does_no_more_than_it_was_signed_for(
    attempt: str,
    method: str,
    more: str,
    call: Call,
    user: Credentials,
    pool: urllib3.PoolManager,
) -> None:
    asked = {"expiresIn": 60, "requests": [UPLOAD]}
    (url,) = call("POST", "/iam/presigned-urls", asked, user).json["urls"]
    answer = pool.request(method, url["url"] + more, body=b"", retries=False)
    assert answer.status in (400, 403), answer.data


def test_a_copy_by_a_url_to_write_steals_nothing(
    call: Call, user: Credentials, pool: urllib3.PoolManager, s3: "S3Client"
) -> None:
    """S3 itself refuses: the header is not signed, and the session may not read the source."""
    asked = {"expiresIn": 60, "requests": [UPLOAD]}
    (url,) = call("POST", "/iam/presigned-urls", asked, user).json["urls"]
    copy = {"x-amz-copy-source": f"/{BUCKET}/{SECRET}"}
    pool.request("PUT", url["url"], body=b"", headers=copy, retries=False)
    found = s3.list_objects_v2(Bucket=BUCKET, Prefix="uploads/attacked").get("Contents", [])
    stored = [s3.get_object(Bucket=BUCKET, Key=one["Key"])["Body"].read() for one in found]
    assert OBJECTS[SECRET] not in stored


@pytest.mark.parametrize("outside_first", [True, False])
def test_one_key_outside_is_not_deleted_with_others_inside(
    writer: "S3Client", s3: "S3Client", *, outside_first: bool
) -> None:
    """AWS decides key by key (tests/unit/proof/test_multi_delete.py), the local cloud once."""
    inside = "uploads/multi-delete"
    s3.put_object(Bucket=BUCKET, Key=inside, Body=b"x")
    keys = [SECRET, inside] if outside_first else [inside, SECRET]
    with pytest.raises(ClientError) as error:
        writer.delete_objects(Bucket=BUCKET, Delete={"Objects": [{"Key": key} for key in keys]})
    assert error.value.response["Error"]["Code"] == "AccessDenied"
    assert s3.get_object(Bucket=BUCKET, Key=SECRET)["Body"].read() == OBJECTS[SECRET]
    answer = writer.delete_objects(Bucket=BUCKET, Delete={"Objects": [{"Key": inside}]})
    assert [one["Key"] for one in answer["Deleted"]] == [inside]
    assert "Errors" not in answer
