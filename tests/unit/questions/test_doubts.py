"""What an answer of "nobody" may come from."""

import json
from typing import Any

import pytest

from tests.support.make import USER_ARN, grant
from tests.support.questions import standing
from tests.support.tokens import ISSUER, issuer
from vending.bodies.parse import parse
from vending.grants.grantee import IamGrantee
from vending.grants.keys import Keys
from vending.questions.doubts import doubts
from vending.questions.request import ReachRequest

ACCOUNT, OTHER = "123456789012", "999999999999"
GRANTS = [
    grant("s3://bkt/a/* READ", id="own"),
    grant("s3://gone/a/* READ", id="gone", grantee=IamGrantee(ACCOUNT)),
]


def doubted(target: str = "s3://bkt/*", as_: Any = None, grants: Any = GRANTS) -> Any:
    members = {"target": target} | ({"as": as_} if as_ else {})
    request = parse(ReachRequest, json.dumps(members))
    found = standing(grants, [issuer()])
    return doubts(request.targets, request.as_, found, ("lent-*",))


def said(**members: Any) -> list[tuple[str, str]]:
    return [(one["code"], one["detail"]) for one in doubted(**members)]


@pytest.mark.parametrize(
    ("bucket", "code", "detail"),
    [
        ("bktt", "UnknownBucket", "no location and no grant has the bucket 'bktt'; did you mean 'bkt'?"),
        ("elsewhere", "UnknownBucket", "no location and no grant has the bucket 'elsewhere'"),
        ("gone", "UnknownBucket", "no location has the bucket 'gone', so its grants open nothing"),
        ("lent-a", "NeverLent", "the bucket 'lent-a' is never lent: "),
    ],
)  # fmt: skip
def test_a_bucket_that_nothing_can_be_reached_in(bucket: str, code: str, detail: str) -> None:
    [(found, text)] = said(target=f"s3://{bucket}/x")
    assert found == code
    assert text == detail or (code == "NeverLent" and text.startswith(detail))


@pytest.mark.parametrize(
    ("iam", "detail"),
    [
        (
            USER_ARN.replace(ACCOUNT, OTHER),
            f"no grant names {USER_ARN.replace(ACCOUNT, OTHER)} or its account {OTHER}",
        ),
        (OTHER, f"no grant names the account {OTHER}, or a role or user of it"),
    ],
)
def test_a_caller_whom_no_grant_names(iam: str, detail: str) -> None:
    [(code, text)] = said(as_={"iam": iam})
    assert (code, text.partition(";")[0]) == ("UnknownCaller", detail)


def test_a_mistyped_name_is_told_the_nearest_one() -> None:
    alone = GRANTS[:1]
    near = f"; did you mean {USER_ARN!r}?"
    assert said(as_={"iam": f"{USER_ARN}s"}, grants=alone)[0][1].endswith(near)
    near = f"; did you mean {ACCOUNT!r}?"
    assert said(as_={"iam": "123456789021"}, grants=GRANTS[1:])[0][1].endswith(near)
    assert said(as_={"iam": "123456789021"}, grants=alone)[0][1].endswith(near)


@pytest.mark.parametrize(
    "iam", [USER_ARN, ACCOUNT, f"arn:aws:iam::{ACCOUNT}:role/Unnamed", f"{USER_ARN}s"]
)
def test_whom_a_grant_or_the_account_of_one_names_is_known(iam: str) -> None:
    assert said(as_={"iam": iam}) == []


def test_a_token_is_matched_by_its_claims_so_its_subject_is_never_doubted() -> None:
    assert said(as_={"issuer": ISSUER, "subject": "nobody"}) == []


def test_each_of_several_targets_is_doubted_at_its_place() -> None:
    keys = {"/targets/0": Keys.parse("s3://bkt/x"), "/targets/1": Keys.parse("s3://bktt/x")}
    [found] = doubts(keys, None, standing(GRANTS), ())
    assert found["pointer"] == "/targets/1"
