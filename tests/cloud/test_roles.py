"""Locations with a role in another account: where the stack lists it, with its external id."""

import json

import pytest
import urllib3

from local.cloud import aws
from local.cloud.client import Call, Credentials
from local.cloud.ministack import Cloud
from local.stack.deploy import Stack
from tests.cloud.conftest import OTHER_ACCOUNT, OTHER_ROLE, Apply, NewCaller

BUCKET, UNTOLD = "partner-bucket", "partner-untold"
EXTERNAL_ID = "s3vend-1"
WANTED = {"target": f"s3://{BUCKET}/a/*", "permission": "READ"}
LOCATION = {"scope": f"s3://{BUCKET}/*", "region": "ap-northeast-1", "role": OTHER_ROLE}


@pytest.fixture(scope="module")
def partner(cloud: Cloud, stack: Stack, apply: Apply, new_user: NewCaller) -> Credentials:
    """Somebody with a grant in another account's bucket: its role is told its id for one."""
    theirs = aws.session(Credentials(OTHER_ACCOUNT, "whatever"))  # root of that account
    s3 = theirs.client("s3", endpoint_url=cloud.endpoint, config=aws.CONFIG)
    s3.create_bucket(
        Bucket=BUCKET, CreateBucketConfiguration={"LocationConstraint": "ap-northeast-1"}
    )
    s3.put_object(Bucket=BUCKET, Key="a/b", Body=b"partner")
    functions = ("CredentialsFunctionRole", "PresignedUrlsFunctionRole")
    resources = aws.cloudformation(cloud).describe_stack_resources(StackName=stack.name)
    names = {
        one["LogicalResourceId"]: one["PhysicalResourceId"] for one in resources["StackResources"]
    }
    trust = {
        "Version": "2012-10-17",
        "Statement": {
            "Effect": "Allow",
            "Principal": {
                "AWS": [f"arn:aws:iam::123456789012:role/{names[one]}" for one in functions]
            },
            "Action": ["sts:AssumeRole", "sts:SetSourceIdentity"],
            "Condition": {"StringEquals": {"sts:ExternalId": EXTERNAL_ID}},
        },
    }
    iam = theirs.client("iam", endpoint_url=cloud.endpoint, config=aws.CONFIG)
    name = OTHER_ROLE.rpartition("/")[2]
    iam.create_role(RoleName=name, AssumeRolePolicyDocument=json.dumps(trust))
    iam.attach_role_policy(RoleName=name, PolicyArn="arn:aws:iam::aws:policy/AmazonS3FullAccess")
    credentials = new_user("Partner")
    grants = [
        {
            "id": bucket,
            "grantee": {"iam": "arn:aws:iam::123456789012:user/Partner"},
            "scope": f"s3://{bucket}/a/*",
            "permission": "READ",
        }
        for bucket in (BUCKET, UNTOLD)
    ]
    told = LOCATION | {"externalId": EXTERNAL_ID}
    untold = LOCATION | {"scope": f"s3://{UNTOLD}/*"}
    apply({"version": 1, "grants": grants, "locations": [told, untold]})
    return credentials


def test_the_role_of_the_location_is_lent_narrowed_like_any(
    cloud: Cloud, call: Call, partner: Credentials
) -> None:
    answer = call("POST", "/iam/credentials", WANTED, partner)
    assert answer.status == 200, answer.json
    lent = answer.json["credentials"]
    keys = Credentials(lent["accessKeyId"], lent["secretAccessKey"], lent["sessionToken"])
    assert aws.s3(cloud, keys).get_object(Bucket=BUCKET, Key="a/b")["Body"].read() == b"partner"
    who = aws.sts(cloud, keys).get_caller_identity()["Arn"]
    assert who.split(":")[4] == OTHER_ACCOUNT
    assert who.split("/")[1] == OTHER_ROLE.rpartition("/")[2]
    for bucket, key in ((BUCKET, "b"), ("hogehoge-bucket", "hoge.zip")):
        with pytest.raises(Exception, match="AccessDenied"):
            aws.s3(cloud, keys).get_object(Bucket=bucket, Key=key)


def test_urls_are_signed_by_that_role_too(call: Call, partner: Credentials) -> None:
    asked = [{"method": "GET", "target": f"s3://{BUCKET}/a/b"}]
    answer = call("POST", "/iam/presigned-urls", {"expiresIn": 60, "requests": asked}, partner)
    assert answer.status == 200, answer.json
    assert urllib3.request("GET", answer.json["urls"][0]["url"]).data == b"partner"


def test_a_role_that_the_stack_does_not_list_is_refused_with_its_place(
    call: Call, administrator: Credentials
) -> None:
    for role in (f"{OTHER_ROLE}2", "arn:aws:iam::123456789012:role/Admin"):
        body = {"version": 1, "locations": [LOCATION | {"role": role}], "dryRun": True}
        answer = call("POST", "/admin/changes", body, administrator)
        assert (answer.status, answer.json["code"]) == (400, "InvalidRequest")
        assert [one["pointer"] for one in answer.json["errors"]] == ["/locations/0/role"]


def test_a_role_that_is_not_told_its_id_lends_nothing(call: Call, partner: Credentials) -> None:
    answer = call("POST", "/iam/credentials", WANTED | {"target": f"s3://{UNTOLD}/a/*"}, partner)
    assert (answer.status, answer.json["code"]) == (424, "RoleRefused")
